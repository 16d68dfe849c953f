import FolioCore
import TextOutput

/// Walks directories for the sake of their folios, and lists nothing.
struct MappedDirectories: ~Copyable, TreeVisitor {
  typealias Failure = Never

  private let isRecursive: Bool
  var messages: Messages
  var progress: WalkProgress

  private var directory: FoundDirectory?
  private var found: [FoundDirectory] = []
  private var entryCount = 0

  init(isRecursive: Bool, messages: Messages, progress: consuming WalkProgress) {
    self.isRecursive = isRecursive
    self.messages = messages
    self.progress = progress
  }

  mutating func begin(_ directory: FoundDirectory) {
    self.directory = directory
  }

  mutating func visit(
    _ record: Record, name: RawSpan, at place: EntryPlace, inodes: inout InodeTable
  ) -> Bool {
    entryCount += 1
    guard isRecursive, let directory, !DotName.matches(name) else { return true }
    let entry = Entry(record: record, place: place)
    let child = directory.child(entry.inode, name: name)
    do throws(VolumeError) {
      let type = entry.type == .unknown ? try inodes.inode(entry.inode).attributes.fileType : entry.type
      if type == .directory { found.append(child) }
    } catch {
      progress.clear()
      messages.problem("\(Escaping.text(child.path)): \(error)")
    }
    return true
  }

  mutating func report(_ problem: DirectoryProblem) {
    progress.clear()
    messages.problem(problem, directory: directory?.inode ?? 0, path: directory?.path ?? [])
  }

  mutating func end(inodes: inout InodeTable) -> [FoundDirectory] {
    progress.add(entryCount: entryCount)
    entryCount = 0
    // The walk has reported that it can't be read.
    if let directory, (try? inodes.inode(directory.inode))?.hasInlineData == true {
      progress.clear()
      messages.note(
        "directory \(Escaping.text(directory.path.shownPath)) is kept in its inode: it has no folios")
    }
    defer { found.removeAll() }
    return found
  }
}
