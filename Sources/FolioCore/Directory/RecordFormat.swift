public import Basics

/// What has to be known of a file system and a directory to read and judge its records.
public struct RecordFormat: Hashable, Sendable {
  /// The size of the directory's blocks, in bytes. Inline directories have regions of any size.
  public let blockSize: Int
  /// The highest inode number there is: `s_inodes_count`.
  public let inodeCount: UInt32
  /// What follows each name: 8 bytes in directories that are both encrypted and casefolded, else 0.
  public let hashByteCount: Int
  /// Whether the last 12 bytes, where a block's checksum stands as a record of its own, are left alone unless they are
  /// there with others.
  public let skipsTail: Bool
  /// What of a record's first eight bytes counts: all; or, with `dirdata`, all but the high half of the type.
  @usableFromInline
  let headerMask: UInt64

  /// The format of records in blocks of `blockSize` bytes.
  ///
  /// - Parameters:
  ///   - blockSize: bytes a block, or a region of an inline directory.
  ///   - inodeCount: the highest inode number there is.
  ///   - hashByteCount: bytes that follow each name: 8 in directories that are both encrypted and casefolded, else 0.
  ///   - skipsTail: whether a block's checksum is left alone.
  ///   - carriesData: whether more may follow a name (`dirdata`, of Lustre): the high bits of the type say what, and are no
  ///     part of the type.
  public init(
    blockSize: Int, inodeCount: UInt32, hashByteCount: Int = 0, skipsTail: Bool = false,
    carriesData: Bool = false
  ) {
    self.blockSize = blockSize
    self.inodeCount = inodeCount
    self.hashByteCount = hashByteCount
    self.skipsTail = skipsTail
    headerMask = carriesData ? 0x0FFF_FFFF_FFFF_FFFF : .max
  }

  /// Reads the header at `offset`, whatever it says.
  ///
  /// name_len is one byte, with or without the `filetype` feature: so read both kernel drivers, libext2fs and e2fsck.
  ///
  /// - Parameters:
  ///   - offset: where the record begins, in bytes from the start of the block.
  ///   - bytes: at least 8 bytes from `offset` on.
  ///   - start: where in the block they begin.
  @inlinable
  public func record(at offset: Int, in bytes: RawSpan, startingAt start: Int = 0) -> Record {
    record(at: offset, header: bytes.littleEndian(at: offset - start, as: UInt64.self))
  }

  /// The record at `offset` whose first eight bytes are `header`.
  @inlinable
  @inline(__always)
  func record(at offset: Int, header: UInt64) -> Record {
    Record(
      offset: UInt32(truncatingIfNeeded: offset),
      length: UInt32(
        truncatingIfNeeded: RecordLength.decode(
          UInt16(truncatingIfNeeded: header >> 32), blockSize: blockSize)),
      header: header & headerMask)
  }

  /// The first rule that `record` breaks, in the kernel's order; nil where it keeps them all.
  @inlinable
  public func brokenRule(by record: Record) -> RecordRule? {
    if record.length < Record.leastByteCount { return .recordTooShort }
    if record.length & 3 != 0 { return .recordUnaligned }
    if record.length < leastLength(of: record) { return .nameTooLong }
    if record.length > blockSize - record.offset { return .recordAcrossBlocks }
    let left = blockSize - record.end
    if left > 0, left < Record.leastByteCount { return .blockEndUnreachable }
    if record.inode.rawValue > inodeCount { return .inodeOutOfBounds }
    return nil
  }

  @inlinable
  func leastLength(of record: Record) -> Int {
    // The tail and the htree's own records are free and carry no hash, nor do "." and "..".
    let hash = record.isEntry && record.nameLength > 2 ? hashByteCount : 0
    return RecordLength.least(nameLength: record.nameLength, hashByteCount: hash)
  }
}
