import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Walks directories for the sake of their folios, and lists nothing.
struct MappedDirectories: ~Copyable {
  /// What is asked for ahead; nil where only single directories are read.
  private let plan: ReadPlan?
  private let diagnostics: Diagnostics
  var progress: WalkProgress

  private var isRecursive: Bool { plan != nil }

  init(
    plan: ReadPlan?, diagnostics: Diagnostics, progress: consuming WalkProgress
  ) {
    self.plan = plan
    self.diagnostics = diagnostics
    self.progress = progress
  }

  /// Reads `root`, and with it all directories below it, if there is a plan for them.
  mutating func walk(from root: FoundDirectory, by reader: inout DirectoryReader, inodes: inout InodeTable) {
    var walk = TreeWalk(from: root)
    while let directory = walk.next() {
      plan?.prepareIfNeeded(for: directory.inode, then: walk.waiting, inodes: &inodes) {
        progress.isReadingAhead(part: $0)
      }
      let children = read(directory, by: &reader, inodes: &inodes)
      for second in walk.add(children) { report(directory.damage(secondName: second), in: directory) }
    }
  }

  /// Reads one directory. Returns those in it that are to be walked too.
  private mutating func read(
    _ directory: FoundDirectory, by reader: inout DirectoryReader, inodes: inout InodeTable
  ) -> [FoundDirectory] {
    var children: [FoundDirectory] = []
    var entryCount = 0
    reader.begin(directory, inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .damage(let damage): report(damage, in: directory)
      case .entries(var entries):
        while let record = entries.next() {
          entryCount += 1
          let name = entries.name(of: record)
          guard isRecursive, !DotName.matches(name) else { continue }
          let entry = Entry(record: record, place: entries.place)
          if isDirectory(entry, name, in: directory, inodes: &inodes) {
            children.append(directory.child(entry.inode, name: name))
          }
        }
      default: break
      }
    }
    progress.add(entryCount: entryCount)
    // The walk has reported that it can't be read.
    if (try? inodes.inode(directory.inode))?.hasInlineData == true {
      progress.clear()
      diagnostics.note(
        "directory \(Escaping.text(directory.path.shownPath)) is kept in its inode: it has no folios")
    }
    return children
  }

  private mutating func isDirectory(
    _ entry: Entry, _ name: RawSpan, in directory: FoundDirectory, inodes: inout InodeTable
  ) -> Bool {
    do throws(VolumeError) {
      let type = entry.type == .unknown ? try inodes.inode(entry.inode).attributes.fileType : entry.type
      return type == .directory
    } catch {
      progress.clear()
      diagnostics.damage("\(Escaping.text(directory.child(entry.inode, name: name).path)): \(error.sentence)")
      return false
    }
  }

  private mutating func report(_ damage: DirectoryDamage, in directory: FoundDirectory) {
    progress.clear()
    diagnostics.damage(damage.sentence(directory: directory.inode, path: directory.path))
  }
}
