import FolioCore

/// Walks directories for the sake of their folios: remembers of each what it takes to look at its blocks again.
struct MappedDirectories: ~Copyable, TreeVisitor {
  typealias Failure = Never

  private let volume: Volume
  private let isRecursive: Bool
  private(set) var messages: Messages

  private var directory: FoundDirectory?
  private var found: [FoundDirectory] = []
  private var known: [UInt32: (path: [UInt8], format: RecordFormat)] = [:]

  init(_ volume: Volume, isRecursive: Bool, messages: Messages) {
    self.volume = volume
    self.isRecursive = isRecursive
    self.messages = messages
  }

  /// The block that a line of the account is about.
  func block(of line: MappingLine) -> SurveyedBlock {
    guard let (path, format) = known[line.label.inode] else {
      preconditionFailure("a mapping for inode \(line.label.inode), which was not walked")
    }
    return SurveyedBlock(path: path, label: line.label, format: format)
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
      known[directory.inode] = (directory.path, format)
      if inode.hasInlineData {
        messages.note("directory \(Escaping.text(directory.path)) is kept in its inode: it has no folios")
      }
    }
    defer { found.removeAll() }
    return found
  }
}
