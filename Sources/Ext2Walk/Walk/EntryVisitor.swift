import Basics
import FolioCore

/// What takes a directory's entries, one by one, in the order on disk.
protocol EntryVisitor: ~Copyable {
  associatedtype Failure: Error

  /// Takes an entry, in its parts: its record, its name, which is gone when this returns, and where it stands.
  ///
  /// - Returns: whether to go on.
  mutating func visit(
    _ record: Record, name: RawSpan, at place: EntryPlace, inodes: inout InodeTable
  ) throws(Failure) -> Bool

  /// Takes an entry of an encrypted directory. By default that is one whose name is what is shown.
  mutating func visit(
    _ record: Record, encrypted name: EncryptedName, at place: EntryPlace, inodes: inout InodeTable
  ) throws(Failure) -> Bool

  /// Takes what is wrong with the directory, at the place in the order where it was found.
  mutating func report(_ problem: DirectoryProblem) throws(Failure)

  /// Says where the blocks of a directory are, before any of them is read. Not for one that is kept in its inode.
  mutating func begin(_ blocks: MappedBlocks, of directory: Inode) throws(Failure)

  /// Says that the entries that follow are those of a block.
  ///
  /// - Parameter head: the block from its start: 24 bytes at least, where "." and ".." have their records.
  mutating func begin(_ block: BlockPlace, head: RawSpan) throws(Failure)

  /// Says that a block, of which something could be read, has been read.
  ///
  /// - Parameter recordCount: how many records it has, in use or not, as far as they could be reached.
  mutating func end(_ block: BlockPlace, recordCount: Int) throws(Failure)
}

extension EntryVisitor where Self: ~Copyable {
  mutating func visit(
    _ record: Record, encrypted name: EncryptedName, at place: EntryPlace, inodes: inout InodeTable
  ) throws(Failure) -> Bool {
    try visit(record, name: name.shown.raw, at: place, inodes: &inodes)
  }

  mutating func begin(_ blocks: MappedBlocks, of directory: Inode) {}
  mutating func begin(_ block: BlockPlace, head: RawSpan) {}
  mutating func end(_ block: BlockPlace, recordCount: Int) {}
}
