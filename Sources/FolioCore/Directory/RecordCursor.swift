/// Walks the records of one directory block, or of as much of it as has been read.
///
/// Mirrors the loops of `ext2_readdir()` and `ext2fs_process_dir_block()`, and checks each record when it
/// is reached, as `__ext4_check_dir_entry()`. It looks at borrowed memory and can't outlive it. Every step
/// goes on by at least 12 bytes or ends the walk, so a loop over it ends whatever the bytes say.
///
/// - Complexity: constant time a step. No copies.
public struct RecordCursor: ~Copyable, ~Escapable {
  /// What a step came to.
  public enum Step: Equatable, Sendable {
    /// A record that keeps every rule; the cursor is behind it.
    case record(Record)
    /// The cursor needs the block's bytes from its ``offset`` up to here to go on. It has not moved: make a new
    /// one that begins there when they are to be had.
    case needsBytes(through: Int)
    /// A rule is broken; the cursor has not moved. ``RecordFormat/wayBack(in:after:)`` may know how to go on.
    case damage(RecordDamage)
    /// The end of the block.
    case end
  }

  /// Where the next record begins, in bytes from the start of the block.
  public private(set) var offset: Int

  private let bytes: RawSpan
  // Where in the block `bytes` begin.
  private let start: Int
  private let format: RecordFormat

  /// A cursor over `bytes`, a part of a block or all of it.
  ///
  /// - Parameters:
  ///   - bytes: what the cursor looks at, and can't outlive.
  ///   - start: where in the block `bytes` begin.
  ///   - format: how large the block is, and what its records must keep.
  ///   - offset: where to begin, in bytes from the start of the block: 0, or where a record is known to be.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, startingAt start: Int = 0, format: RecordFormat, at offset: Int = 0) {
    self.bytes = bytes
    self.start = start
    self.format = format
    self.offset = offset
  }

  /// Reads the next record.
  @_lifetime(self: copy self)
  public mutating func next() -> Step {
    let left = format.blockSize - offset
    guard left >= Record.leastByteCount else {
      if left == 0 { return .end }
      let remains = Record(offset: offset, length: 0, inode: 0, nameLength: 0, fileTypeCode: 0)
      return .damage(RecordDamage(rule: .blockEndUnreachable, record: remains))
    }
    let byteCount = start + bytes.byteCount
    guard byteCount - offset >= Record.headerByteCount else {
      return .needsBytes(through: offset + Record.headerByteCount)
    }
    let record = format.record(at: offset, in: bytes, startingAt: start)
    if offset == 0, bytes.littleEndian(at: 0, as: UInt64.self) == 0 {
      // In a 64 KiB block zeroes are a legal length, that of the whole block; but a record of nothing else is none.
      return .damage(RecordDamage(rule: .beginsWithZeroes, record: record))
    }
    if let rule = format.brokenRule(by: record) {
      return .damage(RecordDamage(rule: rule, record: record))
    }
    if record.isEntry {
      guard record.usedBytes.upperBound <= byteCount else {
        return .needsBytes(through: record.usedBytes.upperBound)
      }
      if record.end == format.blockSize, isDot(record) {
        return .damage(RecordDamage(rule: .dotIsLast, record: record))
      }
    }
    offset = record.end
    return .record(record)
  }

  /// Whether `record` is ".", behind which there is always "..": as the last of a block it hides what follows.
  private func isDot(_ record: Record) -> Bool {
    record.nameLength == 1 && bytes[byteAt: record.nameBytes.lowerBound - start] == UInt8(ascii: ".")
  }
}
