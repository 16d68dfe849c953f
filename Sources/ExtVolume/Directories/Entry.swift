public import Basics
public import FolioCore

/// A record in use, and where it stands.
public struct Entry: Equatable, Sendable {
  /// As it is on disk.
  public let record: Record
  /// Where it stands, as all entries of its block do.
  public let place: EntryPlace

  /// A record that stands there.
  @inlinable
  public init(record: Record, place: EntryPlace) {
    self.record = record
    self.place = place
  }

  /// What it names: 1 to the superblock's inode count; any number for the `..` of a directory kept in its inode, which has no
  /// record.
  @inlinable
  public var inode: InodeNumber { record.inode }
  /// As its record says; `unknown` where records name no types.
  @inlinable
  public var type: FileType { place.namesTypes ? FileType(code: record.fileTypeCode) : .unknown }
  /// Byte 7 of its record as it stands: the type, or nothing where records name no types.
  @inlinable
  public var typeCode: UInt8 { record.fileTypeCode }
  /// Where in its block, or in the contents of its inode, the record begins, in bytes.
  @inlinable
  public var offset: Int { place.start + record.offset }
  /// In bytes; 0 where there is no record.
  @inlinable
  public var recordLength: Int { record.length }
  /// Whether header and name lie on two pages of the size in use.
  @inlinable
  public var crossesPage: Bool { place.pageSize?.isCrossed(by: record.usedBytes) ?? false }
  /// Whether it was found after a damaged record.
  @inlinable
  public var isSalvaged: Bool { place.isSalvaged }
  /// The inode of the directory it stands in; nil for what was named by its inode, and the root.
  @inlinable
  public var directory: InodeNumber? { place.directory }
  /// Nil for a directory kept in its inode.
  @inlinable
  public var block: BlockPlace? { place.block }
}

/// Where an entry stands: the same for all entries of a block, or of what is kept in an inode.
public struct EntryPlace: Equatable, Sendable {
  /// The inode of the directory; nil for what was named by its inode, and the root.
  public var directory: InodeNumber?
  /// Nil for a directory kept in its inode.
  public var block: BlockPlace?
  /// What offsets count from, in bytes.
  public var start = 0
  /// Nil where there are no pages to cross.
  public var pageSize: PageSize?
  /// Whether records say the types of what they name.
  public var namesTypes = true
  /// Whether a damaged record lies before it.
  public var isSalvaged = false

  /// A place of these facts.
  @inlinable
  public init(
    directory: InodeNumber? = nil, block: BlockPlace? = nil, start: Int = 0, pageSize: PageSize? = nil,
    namesTypes: Bool = true, isSalvaged: Bool = false
  ) {
    self.directory = directory
    self.block = block
    self.start = start
    self.pageSize = pageSize
    self.namesTypes = namesTypes
    self.isSalvaged = isSalvaged
  }

  /// Whether a record there says of what type its inode is.
  @inlinable
  public func knowsType(of record: Record) -> Bool { namesTypes && record.namesType }
}

extension Record {
  /// Whether byte 7 is that of a type, if records have types at all.
  @inlinable
  public var namesType: Bool {
    (FileType.regular.rawValue...FileType.symlink.rawValue).contains(fileTypeCode)
  }
}

extension Entry {
  /// Something that was not reached by a record of its own.
  @inlinable
  public init(inode: InodeNumber, type: FileType, recordLength: Int = 0, directory: InodeNumber? = nil) {
    record = Record(
      offset: 0, length: recordLength, inode: inode, nameLength: 0, fileTypeCode: type.rawValue)
    place = EntryPlace(directory: directory)
  }
}

extension Entry {
  /// What is wrong where the entry and the inode it names don't fit; nil where they do.
  package func disagreement(with attributes: InodeAttributes) -> Disagreement? {
    if attributes.links == 0 { return .inodeUnused(inode) }
    if type != .unknown, type != attributes.fileType {
      return .types(record: type, inode: inode, attributes.fileType)
    }
    return nil
  }
}

/// Names that every directory has.
public enum DotName {
  /// Whether `name` is `.` or `..`.
  @inlinable
  public static func matches(_ name: RawSpan) -> Bool {
    switch name.byteCount {
    case 1: name[byteAt: 0] == UInt8(ascii: ".")
    case 2: name[byteAt: 0] == UInt8(ascii: ".") && name[byteAt: 1] == UInt8(ascii: ".")
    default: false
    }
  }
}
