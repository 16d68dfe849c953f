import Basics
import FolioCore

/// What a ``DirectoryReader`` comes to next, in the order on disk.
package enum DirectoryStep: ~Copyable, ~Escapable {
  /// Where the blocks of the directory are, before any of them is read. Not for one that is kept in its inode.
  case blocks(BlockMap, of: Inode)
  /// A block, before its entries.
  ///
  /// - Parameter head: the block from its start: 24 bytes at least, where "." and ".." have their records.
  case block(BlockPlace, head: RawSpan)
  /// Entries that stand in a row.
  case entries(EntryCursor)
  /// The end of a block, of which something could be read.
  ///
  /// - Parameter recordCount: how many records it has, in use or not, as far as they could be reached.
  case blockEnd(BlockPlace, recordCount: Int)
  /// What is wrong with the directory, at the place in the order where it was found.
  case damage(DirectoryDamage)
}
