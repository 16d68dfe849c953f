import FolioCore

/// A record in use, and where it stands.
struct Entry {
  /// What it names: 1 to the superblock's inode count.
  let inode: UInt32
  /// As its record says; `unknown` where records name no types.
  let type: FileType
  /// Byte 7 of its record as it stands: the type, or nothing where records name no types.
  let typeCode: UInt8
  /// Where in its block, or in the contents of its inode, the record begins, in bytes.
  let offset: Int
  /// In bytes; 0 where there is no record.
  let recordLength: Int
  /// Whether header and name lie on two pages of the size in use.
  let crossesPage: Bool
  /// Whether it was found behind a damaged record.
  let isSalvaged: Bool
  let place: EntryPlace

  /// The inode of the directory it stands in; nil for what was named by its inode, and the root.
  var directory: UInt32? { place.directory }
  /// Nil for a directory kept in its inode.
  var block: BlockPlace? { place.block }
}

/// The directory and the block that records stand in: the same for all of a block.
struct EntryPlace: Equatable {
  var directory: UInt32?
  var block: BlockPlace?
}

extension Entry {
  /// Something that was not reached by a record.
  init(inode: UInt32, type: FileType) {
    self.init(
      inode: inode, type: type, typeCode: type.rawValue, offset: 0, recordLength: 0, crossesPage: false,
      isSalvaged: false, place: EntryPlace())
  }
}

extension Entry {
  /// What is wrong where the entry and the inode it names don't fit; nil where they do.
  func disagreement(with attributes: InodeAttributes) -> String? {
    if attributes.links == 0 { return "its inode \(inode) is not in use" }
    if type != .unknown, type != attributes.fileType {
      return "its record says \(type.word) and its inode \(inode) \(attributes.fileType.word)"
    }
    return nil
  }
}

/// Names that every directory has.
enum DotName {
  /// Whether `name` is `.` or `..`.
  static func matches(_ name: RawSpan) -> Bool {
    switch name.byteCount {
    case 1: name[byteAt: 0] == UInt8(ascii: ".")
    case 2: name[byteAt: 0] == UInt8(ascii: ".") && name[byteAt: 1] == UInt8(ascii: ".")
    default: false
    }
  }
}
