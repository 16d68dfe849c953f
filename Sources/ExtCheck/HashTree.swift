import Basics
import ExtVolume
import FolioCore

/// The index of a hashed directory: which block is for which hashes.
///
/// Mirrors what `dx_probe()` and e2fsck's `parse_int_node()` ask of it. Each block is read at most once, however the
/// nodes lead, and no more levels than there may be.
struct HashTree {
  /// What a leaf is for: hashes from `low` up to `high`, the latter only where it goes on in the next leaf.
  struct Leaf {
    let low: UInt32
    let high: UInt32
    let isShared: Bool

    func holds(_ hash: UInt32) -> Bool {
      hash >= low && (hash < high || (hash == high && isShared))
    }
  }

  /// Something wrong, and the logical block it is wrong with.
  struct Damage {
    let rule: Rule
    let logical: LogicalBlock
    var facts: [IndexDamage] = []
  }

  /// The kind of hash; nil where there is no root to say.
  private(set) var version: UInt8?
  /// The logical blocks that hold the index.
  private(set) var nodes: Set<LogicalBlock> = []
  private(set) var leaves: [LogicalBlock: Leaf] = [:]
  private(set) var damage: [Damage] = []
  /// Whether all leaves that there are have been led to, as far as nodes can be trusted.
  private var isWhole = true

  /// Reads the index of a directory.
  init(_ directory: Inode, blocks: BlockMap, on volume: Volume) {
    read(0, low: 0, high: nil, isShared: false, level: 0, blocks, volume, directory)
    guard isWhole else { return }
    for run in blocks.runs {
      guard case .mapped = run.contents else { continue }
      for logical in run.logical where !nodes.contains(logical) && leaves[logical] == nil {
        self.damage.append(Damage(rule: .htreeLeafMissing, logical: logical))
      }
    }
  }

  /// Adds what is wrong with a node: once for each rule, however often it breaks it.
  private mutating func add(_ found: [IndexDamage], _ logical: LogicalBlock) {
    for rule in Rule.allCases {
      let facts = found.filter { $0.rule == rule }
      if !facts.isEmpty { self.damage.append(Damage(rule: rule, logical: logical, facts: facts)) }
    }
  }

  /// - Parameters:
  ///   - high: the least hash that belongs to what follows; nil where nothing does.
  ///   - level: 0 for the root. Levels end with those that the root announces, three at most.
  private mutating func read(
    _ logical: LogicalBlock, low: UInt32, high: UInt32?, isShared: Bool, level: Int, _ blocks: BlockMap,
    _ volume: Volume, _ directory: Inode, levelCount: Int = 0
  ) {
    nodes.insert(logical)
    let bytes: [UInt8]
    do throws(VolumeError) {
      guard let physical = blocks.physical(of: logical) else {
        isWhole = false
        return
      }
      bytes = try volume.readBlock(physical)
    } catch {
      // The directory's reader says that it can't be read: it reads the same block.
      isWhole = false
      return
    }
    let (node, ofNode) = volume.hashNode(bytes.raw, isRoot: level == 0)
    add(ofNode.map { .node($0) }, logical)
    guard let node else {
      isWhole = false
      return
    }
    if !ofNode.isEmpty { isWhole = false }
    version = node.root?.version ?? version
    let levelCount = node.root?.levelCount ?? levelCount
    var lost: [IndexDamage] = []
    defer { add(lost, logical) }
    for (index, entry) in node.entries.enumerated() {
      let next = index + 1 < node.entries.count ? node.entries[index + 1].hash : nil
      let below = index == 0 ? low : entry.hash & ~1
      let above = next.map { $0 & ~1 } ?? high
      let goesOn = next.map { $0 & 1 == 1 } ?? isShared
      let block = entry.block
      guard block > 0, block < blocks.runs.last?.logical.upperBound ?? 0 else {
        lost.append(.outside(index: index, block: block))
        isWhole = false
        continue
      }
      guard !nodes.contains(block), leaves[block] == nil else {
        lost.append(.twice(index: index, block: block))
        isWhole = false
        continue
      }
      if level < levelCount {
        read(
          block, low: below, high: above, isShared: goesOn, level: level + 1, blocks, volume, directory,
          levelCount: levelCount)
      } else {
        leaves[block] = Leaf(low: below, high: above ?? .max, isShared: above == nil || goesOn)
      }
    }
  }
}

extension HashNode.Damage {
  var brokenRule: Rule {
    switch self {
    case .noNode: .htreeNode
    case .root: .htreeRoot
    case .limit: .htreeLimit
    case .count: .htreeCount
    case .order: .htreeOrder
    }
  }
}
