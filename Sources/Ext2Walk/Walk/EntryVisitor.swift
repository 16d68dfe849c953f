/// What takes a directory's entries, one by one, in the order on disk.
protocol EntryVisitor: ~Copyable {
  associatedtype Failure: Error

  /// Takes an entry. `name` is gone when this returns.
  ///
  /// - Returns: whether to go on.
  mutating func visit(_ entry: Entry, name: RawSpan, inodes: inout InodeTable) throws(Failure) -> Bool

  /// Takes what is wrong with the directory, at the place in the order where it was found.
  mutating func report(_ problem: DirectoryProblem) throws(Failure)
}
