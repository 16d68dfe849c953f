import Basics
import FolioCore

/// Finds the blocks of a directory: block maps and extents, holes told apart, in logical order.
///
/// Mirrors what `ext2fs_block_iterate3()` tells its callback. Written here since the map of a hostile image
/// must neither loop, nor make a block turn up twice, nor end at its first bad node, and since most
/// directories keep all they have in the inode: no block is read for those.
package struct BlockMapReader: ~Copyable {
  private let volume: Volume
  /// Where the directory's size ends.
  private let sizeEnd: LogicalBlock
  private var runs: [BlockRun] = []
  private var nodes: [BlockNumber] = []
  /// Logical blocks below this are in `runs`.
  private var covered: LogicalBlock = 0
  /// Physical blocks after the directory's size, as far as a directory may have such.
  private var preallocated: [Range<BlockNumber>] = []
  /// Whether blocks are mapped so far after the directory's size that none may be. No kernel reads those.
  private var hasBlocksAfterEnd = false
  /// How many nodes of the map may still be looked at that lie after the size: none where it isn't a directory's.
  private var nodesLeftAfterEnd: Int
  private static var mostNodesAfterEnd: Int { 4 }
  /// Whether there are extents of no length, which no kernel makes.
  private var hasEmptyExtents = false
  /// How many blocks extents hold that come after later ones, where nobody looks for them.
  private var misplacedBlocks: UInt64 = 0
  /// Blocks seen so far: a block serves once, as contents or as a node of the map.
  private var seen = SeenBlocks()

  /// Reads the map of `directory`'s blocks.
  ///
  /// - Parameter byteCount: how far, where that isn't as far as the size reaches.
  /// - Complexity: linear in the blocks that are there. Each is read at most once, and only those that hold block numbers.
  package static func read(
    _ directory: Inode, on volume: Volume, through byteCount: UInt64? = nil
  ) -> BlockMap {
    var map = BlockMapReader(
      volume, byteCount: byteCount ?? directory.attributes.byteCount,
      nodesAfterEnd: directory.isDirectory ? mostNodesAfterEnd : 0)
    if directory.hasExtents {
      map.addExtents(in: directory.blockArea.span.raw, depth: nil, through: map.sizeEnd)
    } else {
      map.addPointers(in: directory.blockArea.span.raw)
    }
    map.addGap(through: map.sizeEnd)
    var damage: [BlockMapDamage] = []
    if map.misplacedBlocks > 0 { damage.append(.misplaced(blockCount: map.misplacedBlocks)) }
    if map.hasEmptyExtents { damage.append(.emptyExtents) }
    if map.hasBlocksAfterEnd { damage.append(.afterSize(byteCount: directory.attributes.byteCount)) }
    return BlockMap(
      runs: map.writtenRuns, damage: damage, nodes: map.nodes, preallocated: map.preallocated)
  }

  /// As many blocks in a row as no directory has that a kernel made and nobody wrote.
  private static var mostUnwrittenBlocks: UInt64 { 64 }

  /// The runs, but for long stretches that lie in holes of a sparse image: nothing was ever written there.
  ///
  /// An extent of twelve bytes leads to 32768 blocks. Each would be read, and be damage of its own.
  private var writtenRuns: [BlockRun] {
    guard runs.contains(where: { $0.logical.count > Self.mostUnwrittenBlocks }) else { return runs }
    let blockSize = volume.superblock.blockSize
    var written: [BlockRun] = []
    for run in runs {
      guard case .mapped(let physical) = run.contents, run.logical.count > Self.mostUnwrittenBlocks else {
        written.append(run)
        continue
      }
      // From `start` on blocks are not in `written` yet; up to `next` they hold data.
      var (start, next) = (run.logical.lowerBound, run.logical.lowerBound)
      func block(_ logical: LogicalBlock) -> BlockNumber { physical + (logical - run.logical.lowerBound) }
      while next < run.logical.upperBound {
        let data = blockSize.position(of: block(next)).flatMap { volume.image.nextData(from: $0) }
          .map { blockSize.block(at: $0) }
        let end =
          data.map { min(run.logical.upperBound, next + ($0 - block(next))) } ?? run.logical.upperBound
        if end - next > Self.mostUnwrittenBlocks {
          if start < next {
            written.append(BlockRun(logical: start..<next, contents: .mapped(physical: block(start))))
          }
          written.append(BlockRun(logical: next..<end, contents: .damaged(.neverWritten(block(next)))))
          start = end
        }
        // What follows data is looked at again as soon as there may be enough without.
        next = max(end, next) + 1 + Self.mostUnwrittenBlocks
      }
      if start < run.logical.upperBound {
        written.append(
          BlockRun(logical: start..<run.logical.upperBound, contents: .mapped(physical: block(start))))
      }
    }
    return written
  }

  private init(_ volume: Volume, byteCount: UInt64, nodesAfterEnd: Int) {
    self.volume = volume
    nodesLeftAfterEnd = nodesAfterEnd
    sizeEnd = LogicalBlock(volume.superblock.blockSize.blocks(for: byteCount))
  }

  // MARK: Block maps

  /// The 15 numbers of an inode: 12 blocks, then a block of block numbers, one of those, and one of those.
  private mutating func addPointers(in area: RawSpan) {
    var logical: LogicalBlock = 0
    for index in 0..<Inode.blockNumberCount {
      let level = max(0, index + 1 - Inode.directBlockCount)
      add(pointer: Inode.blockNumber(index, in: area), level: level, at: logical)
      logical += blocksPerPointer(level: level)
    }
  }

  /// How many blocks a number stands for, with `level` blocks of numbers between.
  private func blocksPerPointer(level: Int) -> UInt64 {
    1 << (UInt64(level) * UInt64((volume.superblock.blockSize.byteCount / 4).trailingZeroBitCount))
  }

  private mutating func add(pointer: BlockNumber, level: Int, at logical: LogicalBlock) {
    guard pointer != 0 else { return }
    // What lies after the end is looked at until it is more than there may be.
    guard logical < sizeEnd || !hasBlocksAfterEnd else { return }
    guard level > 0 else {
      if logical < sizeEnd {
        add(logical: logical..<logical + 1, physical: pointer)
      } else {
        addAfterEnd(logical..<logical + 1, physical: pointer)
      }
      return
    }
    let step = blocksPerPointer(level: level - 1)
    let end = max(logical, min(sizeEnd, logical + blocksPerPointer(level: level)))
    guard let node = readNode(pointer, for: logical..<end) else { return }
    var next = logical
    for index in 0..<volume.superblock.blockSize.byteCount / 4 {
      add(pointer: Inode.blockNumber(index, in: node.raw), level: level - 1, at: next)
      next += step
    }
  }

  // MARK: Extents

  /// A node of an extent tree.
  ///
  /// - Parameters:
  ///   - depth: what the node above it makes it; nil for the root.
  ///   - end: the logical block at which the next node's part begins.
  private mutating func addExtents(in bytes: RawSpan, depth expected: UInt16?, through end: LogicalBlock) {
    guard let node = ExtentNode(bytes), node.depth == expected ?? node.depth else {
      if covered < end {
        addDamaged(covered..<end, .nodeHeader)
      } else if expected != nil {
        hasBlocksAfterEnd = true
      }
      return
    }
    for index in 0..<node.entryCount {
      if node.depth == 0 {
        add(node.extent(index))
        continue
      }
      let child = node.child(index)
      let next = index + 1 < node.entryCount ? node.logical(index + 1) : end
      let start = max(child.logical, covered)
      let part = start..<max(start, min(next, end, sizeEnd))
      guard child.logical >= covered, !part.isEmpty || child.logical >= sizeEnd else {
        misplacedBlocks += 1
        continue
      }
      if part.isEmpty, hasBlocksAfterEnd { continue }
      guard let below = readNode(child.block, for: part) else { continue }
      addExtents(in: below.raw, depth: node.depth - 1, through: part.upperBound)
    }
  }

  private mutating func add(_ extent: ExtentNode.Extent) {
    guard extent.count > 0 else {
      hasEmptyExtents = true
      return
    }
    guard extent.logical >= covered else {
      misplacedBlocks += extent.count
      return
    }
    let end = extent.logical + extent.count
    if end > sizeEnd {
      let start = max(extent.logical, sizeEnd)
      addAfterEnd(start..<end, physical: extent.physical + (start - extent.logical))
    }
    let part = extent.logical..<min(max(extent.logical, sizeEnd), end)
    if extent.isWritten {
      add(logical: part, physical: extent.physical)
    } else {
      addDamaged(part, .unwritten)
    }
  }

  // MARK: Both

  /// A block of block numbers or extents; nil where it can't be had, which `logical` then says.
  ///
  /// - Parameter logical: what it leads to, as far as the directory reaches; empty for a node after its end.
  private mutating func readNode(_ block: BlockNumber, for logical: Range<LogicalBlock>) -> [UInt8]? {
    let damage: BlockMapDamage
    if logical.isEmpty {
      // Empty ones are harmless; a hostile map could have as many as the file system has blocks.
      guard nodesLeftAfterEnd > 0 else {
        hasBlocksAfterEnd = true
        return nil
      }
      nodesLeftAfterEnd -= 1
    }
    if seen.insert(block) {
      do throws(VolumeError) {
        let bytes = try volume.readBlock(block)
        nodes.append(block)
        return bytes
      } catch {
        damage = .unreadable(error)
      }
    } else {
      damage = .nodeTwice(block)
    }
    if logical.isEmpty { hasBlocksAfterEnd = true } else { addDamaged(logical, damage) }
    return nil
  }

  /// Adds blocks after the directory's end.
  ///
  /// Mirrors what `check_blocks()` of e2fsck's pass 1 lets pass: as many as `s_prealloc_dir_blocks` says. They hold no
  /// records, and count in `i_blocks`.
  private mutating func addAfterEnd(_ logical: Range<LogicalBlock>, physical: BlockNumber) {
    let (end, overflow) = physical.addingReportingOverflow(UInt64(logical.count))
    guard logical.upperBound <= sizeEnd + volume.superblock.preallocatedDirectoryBlocks, !overflow,
      physical > 0, physical >= volume.superblock.firstDataBlock, end <= volume.superblock.blocksEnd
    else {
      hasBlocksAfterEnd = true
      return
    }
    let (count, isNew) = seen.insertFront(of: physical..<end)
    guard isNew, count == UInt64(logical.count) else {
      hasBlocksAfterEnd = true
      return
    }
    preallocated.append(physical..<end)
  }

  /// Adds contents, as far as they are in the file system and in the image, and no block twice.
  private mutating func add(logical: Range<LogicalBlock>, physical: BlockNumber) {
    guard !logical.isEmpty else { return }
    let endOfImage = volume.superblock.blockSize.block(at: volume.image.end)
    let endThere = min(volume.superblock.blocksEnd, endOfImage)
    var part = logical
    if physical < volume.superblock.firstDataBlock || physical == 0 {
      addDamaged(part, .impossible(physical))
      return
    }
    if physical >= endThere || UInt64(part.count) > endThere - physical {
      let left = physical >= endThere ? 0 : endThere - physical
      part = logical.lowerBound..<logical.lowerBound + left
    }
    var next = part.lowerBound
    while next < part.upperBound {
      let number = physical + (next - part.lowerBound)
      let (count, isNew) = seen.insertFront(of: number..<number + (part.upperBound - next))
      if isNew {
        addRun(next..<next + count, physical: number)
      } else {
        addDamaged(next..<next + count, .blockTwice(number))
      }
      next += count
    }
    if part.upperBound < logical.upperBound {
      addDamaged(
        part.upperBound..<logical.upperBound, missing(block: physical + UInt64(part.count)))
    }
  }

  private func missing(block: BlockNumber) -> BlockMapDamage {
    let superblock = volume.superblock
    return block >= superblock.blocksEnd
      ? .outside(block, blockCount: superblock.blockCount) : .afterImage(block)
  }

  private mutating func addRun(_ logical: Range<LogicalBlock>, physical: BlockNumber) {
    addGap(through: logical.lowerBound)
    covered = logical.upperBound
    if let last = runs.last, case .mapped(let start) = last.contents,
      last.logical.upperBound == logical.lowerBound,
      start + UInt64(last.logical.count) == physical
    {
      runs[runs.count - 1] = BlockRun(
        logical: last.logical.lowerBound..<logical.upperBound, contents: .mapped(physical: start))
    } else {
      runs.append(BlockRun(logical: logical, contents: .mapped(physical: physical)))
    }
  }

  private mutating func addDamaged(_ logical: Range<LogicalBlock>, _ damage: BlockMapDamage) {
    let part =
      max(covered, logical.lowerBound)..<max(covered, logical.lowerBound, min(sizeEnd, logical.upperBound))
    guard !part.isEmpty else { return }
    addGap(through: part.lowerBound)
    covered = part.upperBound
    if let last = runs.last, case .damaged(let before) = last.contents, before.isLike(damage),
      last.logical.upperBound == part.lowerBound
    {
      // A block of bad numbers is one thing wrong, and not thousands.
      runs[runs.count - 1] = BlockRun(
        logical: last.logical.lowerBound..<part.upperBound, contents: .damaged(before))
    } else {
      runs.append(BlockRun(logical: part, contents: .damaged(damage)))
    }
  }

  private mutating func addGap(through end: LogicalBlock) {
    guard end > covered else { return }
    runs.append(BlockRun(logical: covered..<end, contents: .hole))
    covered = end
  }
}
