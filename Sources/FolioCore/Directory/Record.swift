public import Basics

/// A directory record: what is on disk, in use or not. Offsets and lengths are bytes in its block.
///
/// Mirrors `struct ext2_dir_entry_2`. The name stays in the block: ``nameBytes`` says where.
public struct Record: Hashable, Sendable {
  /// What stands before the name: inode, rec_len, name_len, file_type.
  public static var headerByteCount: Int { 8 }
  /// The shortest record there can be: a header and a name of 1 to 4 bytes.
  public static var leastByteCount: Int { 12 }

  // 16 bytes, so that it is handed about in two registers: there is one for every entry of every directory.
  @usableFromInline
  let storedOffset: UInt32
  @usableFromInline
  let storedLength: UInt32
  /// The inode it names; 0 if the record is free.
  public let inode: InodeNumber
  @usableFromInline
  let storedNameLength: UInt8
  /// Byte 7 as it stands: a ``FileType`` code, or 0 where the file system has no `filetype` feature.
  public let fileTypeCode: UInt8

  /// Where in its block the record begins; a multiple of 4.
  @inlinable
  public var offset: Int { Int(storedOffset) }
  /// How far it is to the next record.
  @inlinable
  public var length: Int { Int(storedLength) }
  /// 0 to 255.
  @inlinable
  public var nameLength: Int { Int(storedNameLength) }

  /// A record with these fields. Traps unless `nameLength` is 0 to 255 and the others fit 32 bits.
  @inlinable
  public init(offset: Int, length: Int, inode: InodeNumber, nameLength: Int, fileTypeCode: UInt8) {
    storedOffset = UInt32(offset)
    storedLength = UInt32(length)
    self.inode = inode
    storedNameLength = UInt8(nameLength)
    self.fileTypeCode = fileTypeCode
  }

  /// A record whose other fields are those of its first eight bytes, `header`.
  @inlinable
  @inline(__always)
  init(offset: UInt32, length: UInt32, header: UInt64) {
    storedOffset = offset
    storedLength = length
    inode = InodeNumber(rawValue: UInt32(truncatingIfNeeded: header))
    storedNameLength = UInt8(truncatingIfNeeded: header >> 48)
    fileTypeCode = UInt8(truncatingIfNeeded: header >> 56)
  }

  /// Whether it is an entry: a record that names an inode.
  @inlinable
  public var isEntry: Bool { inode != 0 }

  /// Where the next record begins, or the block ends.
  @inlinable
  public var end: Int { offset &+ length }

  /// Where the name is.
  @inlinable
  public var nameBytes: Range<Int> {
    let start = offset &+ Self.headerByteCount
    return unsafe Range(uncheckedBounds: (start, start &+ nameLength))
  }

  /// The part of the record that says something: header and name, without the slack after them.
  @inlinable
  public var usedBytes: Range<Int> { unsafe Range(uncheckedBounds: (offset, nameBytes.upperBound)) }
}
