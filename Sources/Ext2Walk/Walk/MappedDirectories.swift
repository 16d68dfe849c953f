import FolioCore

/// Walks directories for the sake of their folios: remembers of each what it takes to look at its blocks again.
struct MappedDirectories: ~Copyable, TreeVisitor {
  typealias Failure = Never

  private let volume: Volume
  private let isRecursive: Bool
  var messages: Messages

  private var directory: FoundDirectory?
  private var found: [FoundDirectory] = []
  private var formats: [UInt32: RecordFormat] = [:]

  init(_ volume: Volume, isRecursive: Bool, messages: Messages) {
    self.volume = volume
    self.isRecursive = isRecursive
    self.messages = messages
  }

  /// How the records of the directory that `line` is about are read.
  func format(of line: MappingLine) -> RecordFormat {
    guard let format = formats[line.label.inode] else {
      preconditionFailure("a mapping for inode \(line.label.inode), which was not walked")
    }
    return format
  }

  mutating func begin(_ directory: FoundDirectory) {
    self.directory = directory
  }

  mutating func visit(_ entry: Entry, name: RawSpan, inodes: inout InodeTable) -> Bool {
    guard isRecursive, let directory, !DotName.matches(name) else { return true }
    let type = entry.type == .unknown ? (try? inodes.inode(entry.inode))?.attributes.fileType : entry.type
    if type == .directory { found.append(directory.child(entry.inode, name: name)) }
    return true
  }

  mutating func report(_ problem: DirectoryProblem) {
    messages.problem(problem, directory: directory?.inode ?? 0, path: directory?.path ?? [])
  }

  mutating func end(inodes: inout InodeTable) -> [FoundDirectory] {
    if let directory, let inode = try? inodes.inode(directory.inode) {
      let format = volume.recordFormat(of: inode, regionSize: volume.superblock.blockSize)
      formats[directory.inode] = format
      if inode.hasInlineData {
        messages.note("directory \(Escaping.text(directory.path)) is kept in its inode: it has no folios")
      }
    }
    defer { found.removeAll() }
    return found
  }
}
