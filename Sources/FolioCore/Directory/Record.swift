/// A directory record: what is on disk, in use or not. Offsets and lengths are bytes in its block.
///
/// Mirrors `struct ext2_dir_entry_2`. The name stays in the block: ``nameBytes`` says where.
public struct Record: Hashable, Sendable {
  /// What stands before the name: inode, rec_len, name_len, file_type.
  public static var headerByteCount: Int { 8 }
  /// The shortest record there can be: a header and a name of 1 to 4 bytes.
  public static var leastByteCount: Int { 12 }

  /// Where in its block the record begins; a multiple of 4.
  public let offset: Int
  /// How far it is to the next record.
  public let length: Int
  /// The inode it names; 0 if the record is free.
  public let inode: UInt32
  /// 0 to 255.
  public let nameLength: Int
  /// Byte 7 as it stands: a ``FileType`` code, or 0 where the file system has no `filetype` feature.
  public let fileTypeCode: UInt8

  /// A record with these fields.
  @inlinable
  public init(offset: Int, length: Int, inode: UInt32, nameLength: Int, fileTypeCode: UInt8) {
    self.offset = offset
    self.length = length
    self.inode = inode
    self.nameLength = nameLength
    self.fileTypeCode = fileTypeCode
  }

  /// Whether it is an entry: a record that names an inode.
  @inlinable
  public var isEntry: Bool { inode != 0 }

  /// Where the next record begins, or the block ends.
  @inlinable
  public var end: Int { offset + length }

  /// Where the name is.
  @inlinable
  public var nameBytes: Range<Int> {
    offset + Self.headerByteCount..<offset + Self.headerByteCount + nameLength
  }

  /// The part of the record that says something: header and name, without the slack behind them.
  @inlinable
  public var usedBytes: Range<Int> { offset..<nameBytes.upperBound }
}
