import FolioCore

/// A directory on the way: its inode, and a path that leads to it.
struct FoundDirectory {
  let inode: UInt32
  /// From the root, without a slash at its end: empty for the root itself.
  let path: [UInt8]

  /// A directory in this one.
  func child(_ inode: UInt32, name: RawSpan) -> FoundDirectory {
    var below: [UInt8] = []
    below.reserveCapacity(path.count + 1 + name.byteCount)
    below += path
    below.append(UInt8(ascii: "/"))
    unsafe name.withUnsafeBytes { unsafe below += $0 }
    return FoundDirectory(inode: inode, path: below)
  }
}

extension Array<UInt8> {
  /// A path as it is shown: that of the root, which is empty, is a slash.
  var shownPath: [UInt8] { isEmpty ? [UInt8(ascii: "/")] : self }
}

/// What takes directories one after the other, and says which to walk next.
protocol TreeVisitor: EntryVisitor, ~Copyable {
  /// The entries that follow are those of `directory`.
  mutating func begin(_ directory: FoundDirectory) throws(Failure)

  /// The directory is complete.
  ///
  /// - Returns: the directories in it that are to be walked too, in that order.
  mutating func end(inodes: inout InodeTable) throws(Failure) -> [FoundDirectory]
}

/// Walks directories: one, or a tree.
///
/// Parents come before their children, and a directory's own entries before any child's, as in `ls -R`. What is
/// yet to do is a list, so a tree may be as deep as it likes; an inode is walked once, so that cycles end.
struct TreeWalk: ~Copyable {
  var inodes: InodeTable
  private var reader: DirectoryReader
  /// The directories walked, each with how many lines the account had before; nil where none is kept.
  private var stretches: Optional<[(lineCount: Int, path: [UInt8])]>

  init(_ volume: Volume, options: ReadingOptions = ReadingOptions()) throws(VolumeError) {
    reader = try DirectoryReader(volume, options: options)
    inodes = InodeTable(volume)
    stretches = options.keepsAccount ? [] : nil
  }

  /// A line for each mapping made so far, with the path of its directory; empty where no account is kept.
  var account: [(line: MappingLine, path: [UInt8])] {
    let lines = reader.account
    var account: [(line: MappingLine, path: [UInt8])] = []
    for (index, directory) in (stretches ?? []).enumerated() {
      let end = stretches.flatMap { index + 1 < $0.count ? $0[index + 1].lineCount : nil } ?? lines.count
      for line in lines[directory.lineCount..<end] { account.append((line, directory.path)) }
    }
    return account
  }

  /// Walks `root` and all that `visitor` asks for.
  mutating func walk<Visitor: TreeVisitor & ~Copyable>(
    from root: FoundDirectory, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    var pending = [root]
    var walked: Set<UInt32> = [root.inode]
    while let directory = pending.popLast() {
      var next: [FoundDirectory] = []
      for found in try visit(directory, visitor: &visitor) {
        if walked.insert(found.inode).inserted {
          next.append(found)
        } else {
          let name = found.path[directory.path.count...].dropFirst()
          try visitor.report(DirectoryProblem(kind: .secondName(Array(name), inode: found.inode)))
        }
      }
      pending += next.reversed()
    }
  }

  /// Walks one directory.
  ///
  /// - Returns: those in it that are to be walked too, in that order.
  mutating func visit<Visitor: TreeVisitor & ~Copyable>(
    _ directory: FoundDirectory, visitor: inout Visitor
  ) throws(Visitor.Failure) -> [FoundDirectory] {
    stretches?.append((lineCount: reader.account.count, path: directory.path))
    try visitor.begin(directory)
    try read(directory, visitor: &visitor)
    return try visitor.end(inodes: &inodes)
  }

  /// Asks for the inodes of directories, all of them, and then for the first page of each.
  mutating func readAhead(_ directories: [FoundDirectory]) {
    for directory in directories { inodes.readAhead(directory.inode) }
    for directory in directories {
      // Whoever reads it reports that it can't be read.
      guard let inode = try? inodes.inode(directory.inode), inode.isDirectory else { continue }
      reader.readAhead(inode)
    }
  }

  private mutating func read<Visitor: TreeVisitor & ~Copyable>(
    _ directory: FoundDirectory, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    let inode: Inode
    do throws(VolumeError) {
      inode = try inodes.inode(directory.inode)
    } catch {
      return try visitor.report(DirectoryProblem(kind: .directory(error.description)))
    }
    guard inode.isDirectory else {
      let words = "its inode is no directory but of type \(inode.attributes.fileType.word)"
      return try visitor.report(DirectoryProblem(kind: .directory(words)))
    }
    try reader.read(inode, inodes: &inodes, visitor: &visitor)
  }
}
