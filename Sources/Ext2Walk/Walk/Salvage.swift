import FolioCore

/// Judges entries found behind a damaged record, where a kernel would have stopped looking.
///
/// What follows may be remains: records of files that are gone, or copies that an htree split left behind.
/// None of those may be listed as present, so each entry must be one that could be there.
struct Salvage {
  let directory: Inode
  let block: BlockPlace?
  /// The names that the directory's good records have; made when the first salvaged entry is judged.
  private var names: Set<[UInt8]>?

  init(directory: Inode, block: BlockPlace?) {
    self.directory = directory
    self.block = block
  }

  /// Why `entry` can't be what it seems; nil where nothing speaks against it.
  mutating func doubt(
    about entry: Entry, name: RawSpan, volume: Volume, inodes: inout InodeTable
  ) -> String? {
    let bytes = [UInt8](copying: name)
    if bytes.isEmpty { return "it has no name" }
    if !directory.isEncrypted, bytes.contains(0) || bytes.contains(UInt8(ascii: "/")) {
      return "a name can't hold NUL or a slash"
    }
    if !DotName.matches(name) {
      guard let inode = try? inodes.inode(entry.inode) else { return nil }
      if inode.attributes.links == 0 { return "its inode \(entry.inode) is not in use" }
      if entry.type != .unknown, entry.type != inode.attributes.fileType {
        return "its inode \(entry.inode) is of another type"
      }
    }
    if names == nil { names = goodNames(volume: volume, inodes: &inodes) }
    if names?.insert(bytes).inserted == false { return "the directory has that name already" }
    return nil
  }

  /// The names in all blocks as far as their first damage.
  private func goodNames(volume: Volume, inodes: inout InodeTable) -> Set<[UInt8]> {
    var options = ReadingOptions()
    options.salvages = false
    guard !directory.hasInlineData, var reader = try? DirectoryReader(volume, options: options) else {
      return []
    }
    var collector = NameCollector()
    reader.read(directory, inodes: &inodes, visitor: &collector)
    return collector.names
  }
}

/// Collects names.
private struct NameCollector: EntryVisitor {
  var names: Set<[UInt8]> = []

  mutating func visit(_ entry: Entry, name: RawSpan, inodes: inout InodeTable) -> Bool {
    names.insert([UInt8](copying: name))
    return true
  }

  mutating func report(_ problem: DirectoryProblem) {}
}
