import Basics
import FolioCore

/// A record in use, and where it stands.
struct Entry {
  let record: Record
  let place: EntryPlace

  /// What it names: 1 to the superblock's inode count.
  var inode: UInt32 { record.inode }
  /// As its record says; `unknown` where records name no types.
  var type: FileType { place.namesTypes ? FileType(code: record.fileTypeCode) : .unknown }
  /// Byte 7 of its record as it stands: the type, or nothing where records name no types.
  var typeCode: UInt8 { record.fileTypeCode }
  /// Where in its block, or in the contents of its inode, the record begins, in bytes.
  var offset: Int { place.start + record.offset }
  /// In bytes; 0 where there is no record.
  var recordLength: Int { record.length }
  /// Whether header and name lie on two pages of the size in use.
  var crossesPage: Bool { place.pageSize?.isCrossed(by: record.usedBytes) ?? false }
  /// Whether it was found behind a damaged record.
  var isSalvaged: Bool { place.isSalvaged }
  /// The inode of the directory it stands in; nil for what was named by its inode, and the root.
  var directory: UInt32? { place.directory }
  /// Nil for a directory kept in its inode.
  var block: BlockPlace? { place.block }
}

/// Where an entry stands: the same for all entries of a block, or of what is kept in an inode.
struct EntryPlace: Equatable {
  var directory: UInt32?
  var block: BlockPlace?
  /// What offsets count from, in bytes.
  var start = 0
  /// Nil where there are no pages to cross.
  var pageSize: PageSize?
  /// Whether records say the types of what they name.
  var namesTypes = true
  /// Whether a damaged record lies before it.
  var isSalvaged = false

  /// Whether a record there says of what type its inode is.
  func knowsType(of record: Record) -> Bool { namesTypes && record.namesType }
}

extension Record {
  /// Whether byte 7 is that of a type, if records have types at all.
  var namesType: Bool {
    (FileType.regular.rawValue...FileType.symlink.rawValue).contains(fileTypeCode)
  }
}

extension Entry {
  /// Something that was not reached by a record of its own.
  init(inode: UInt32, type: FileType, recordLength: Int = 0, directory: UInt32? = nil) {
    record = Record(
      offset: 0, length: recordLength, inode: inode, nameLength: 0, fileTypeCode: type.rawValue)
    place = EntryPlace(directory: directory)
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
