import Basics
import FolioCore

/// Tells entries of a directory from remains, after a damaged record, where a kernel would have stopped looking.
///
/// What follows may be remains: records of files that are gone, or copies that an htree split left behind.
/// None of those may be listed as present, so each entry must be one that could be there, under a name that
/// no other entry of the directory has. One serves for all blocks of its directory.
package struct Salvage {
  package let directory: Inode
  /// The names that are taken: by the directory's good records, and by what was salvaged. Nil until the first
  /// entry is judged.
  private var names: Set<[UInt8]>?

  package init(directory: Inode) {
    self.directory = directory
  }

  /// Why `entry` can't be what it seems; nil where nothing speaks against it.
  ///
  /// - Complexity: the first call reads all of the directory.
  package mutating func remains(
    about entry: Entry, name: RawSpan, volume: Volume, inodes: inout InodeTable
  ) -> Remains? {
    // An inode that can't be read speaks neither for the entry nor against it.
    if !DotName.matches(name), let inode = try? inodes.inode(entry.inode),
      let disagreement = entry.disagreement(with: inode.attributes)
    {
      return .disagreement(disagreement)
    }
    if names == nil { names = goodNames(volume: volume, inodes: &inodes) }
    guard let isNew = names?.insert([UInt8](copying: name)).inserted else {
      return .namesUnread
    }
    return isNew ? nil : .nameTaken
  }

  /// The names in all blocks as far as their first damage; nil where there is no memory to read them.
  private func goodNames(volume: Volume, inodes: inout InodeTable) -> Set<[UInt8]>? {
    var options = ReadingOptions()
    options.salvages = false
    // Nil is an answer: every entry is then reported as one that can't be judged.
    guard var reader = try? DirectoryReader(volume, options: options) else { return nil }
    var names: Set<[UInt8]> = []
    reader.begin(directory)
    while let step = reader.next(inodes: &inodes) {
      guard case .entries(var entries) = consume step else { continue }
      while let record = entries.next() {
        names.insert(entries.encryptedName?.cipherText ?? [UInt8](copying: entries.name(of: record)))
      }
    }
    return names
  }
}
