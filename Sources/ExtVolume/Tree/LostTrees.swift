import Basics
package import FolioCore

/// The directories at the top of what is left where the root directory is gone.
package struct LostTrees {
  /// In the order of their numbers.
  package let inodes: [InodeNumber]

  private static var mostShown: Int { 24 }

  /// Looks for directories that are in use and whose ".." names no directory that is; and for one of each loop of such.
  ///
  /// What can't be read is left out: `verify` says it.
  ///
  /// - Complexity: reads all inode tables, and the first block of each directory.
  package static func find(on volume: Volume) throws(VolumeError) -> LostTrees {
    var directories: Set<InodeNumber> = []
    var scan = InodeScan(volume)
    for group in 0..<volume.groupCount {
      _ = scan.scan(group: group) { inode, _ in
        let isReserved = inode.number < volume.superblock.firstInode
        guard FileType(mode: inode.mode) == .directory, !isReserved, !inode.holdsAttribute else { return }
        directories.insert(inode.number)
      } miss: { _ in
      }
    }
    var reader = try DirectoryReader(volume)
    var inodes = InodeTable(volume)
    var parents: [InodeNumber: InodeNumber] = [:]
    for number in directories.sorted() {
      do throws(VolumeError) {
        reader.begin(try inodes.inode(number))
      } catch {
        // Its inode was read a moment ago: verify says what came of it.
        continue
      }
      if let parent = parent(&reader, &inodes), parent != number, directories.contains(parent) {
        parents[number] = parent
      }
    }
    return LostTrees(inodes: tops(of: directories.sorted(), parents))
  }

  /// What ".." names, which stands second, in the directory that `reader` has begun.
  private static func parent(_ reader: inout DirectoryReader, _ inodes: inout InodeTable) -> InodeNumber? {
    var count = 0
    while count < 2, let step = reader.next(inodes: &inodes) {
      guard case .entries(var entries) = consume step else { continue }
      while count < 2, let record = entries.next() {
        count += 1
        if [UInt8](copying: entries.name(of: record)) == Array("..".utf8) { return record.inode }
      }
    }
    return nil
  }

  /// Directories without a parent, and the first that was met of each loop of parents.
  private static func tops(of directories: [InodeNumber], _ parents: [InodeNumber: InodeNumber])
    -> [InodeNumber]
  {
    var tops: [InodeNumber] = []
    var seen: Set<InodeNumber> = []
    for directory in directories {
      // Up to where it ends, or to what an earlier one has led through.
      var way: Set<InodeNumber> = []
      var next = directory
      while seen.insert(next).inserted {
        way.insert(next)
        guard let parent = parents[next] else {
          tops.append(next)
          break
        }
        if way.contains(parent) {
          tops.append(parent)
          break
        }
        next = parent
      }
    }
    return tops.sorted()
  }

  /// The first trees as `ls` takes them, for a shell; nil where there are none.
  package var words: String? {
    guard !inodes.isEmpty else { return nil }
    return inodes.prefix(Self.mostShown).map { "'<\($0)>'" }.joined(separator: " ")
  }

  /// How many ``words`` leaves out.
  package var unnamedCount: Int { max(0, inodes.count - Self.mostShown) }
}
