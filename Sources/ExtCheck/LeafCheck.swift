import Basics
import ExtVolume
import FolioCore

/// Checks whether names stand in the blocks that the index of a hashed directory has for their hashes.
struct LeafCheck {
  private let directory: Inode
  private let tree: HashTree
  /// The block whose names have been found to stand in the wrong leaf: one finding is enough.
  private var misplacedLeaf: LogicalBlock?

  init(_ directory: Inode, _ tree: HashTree) {
    self.directory = directory
    self.tree = tree
  }

  /// Whether a logical block belongs to the index.
  func isIndexBlock(_ logical: LogicalBlock) -> Bool { tree.nodes.contains(logical) }

  /// Takes an entry. Returns its hash and those of its block, where it isn't among them; once for each block.
  ///
  /// - Parameter name: as it stands on disk.
  mutating func take(_ entry: Entry, _ name: RawSpan, on volume: Volume) -> Finding.EntryFacts? {
    guard let block = entry.block, let leaf = tree.leaves[block.logical], let version = tree.version,
      block.logical != misplacedLeaf,
      let hash = volume.hashes(of: name, version: version, in: directory)?.hash, !leaf.holds(hash)
    else { return nil }
    misplacedLeaf = block.logical
    return .hash(hash, low: leaf.low, high: leaf.high)
  }
}
