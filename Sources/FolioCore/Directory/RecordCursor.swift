import Basics

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
    /// A record that keeps every rule; the cursor is after it.
    case record(Record)
    /// The cursor needs the block's bytes from its ``offset`` up to here to go on. It has not moved: make a new
    /// one that begins there when they are to be had.
    case needsBytes(through: Int)
    /// A rule is broken; the cursor has not moved. ``RecordFormat/resumeOffset(in:after:)`` may know how to go on.
    case damage(RecordDamage)
    /// The end of the block.
    case end
  }

  /// Where the next record begins, in bytes from the start of the block.
  @inlinable
  public var offset: Int { position }

  @usableFromInline
  var position: Int
  @usableFromInline
  let bytes: RawSpan
  // Where in the block `bytes` begin.
  @usableFromInline
  let start: Int
  @usableFromInline
  let format: RecordFormat

  // How far `bytes` reach, in bytes from the start of the block.
  @usableFromInline
  let end: Int
  // The last offset at which a record may end that isn't the last of its block.
  @usableFromInline
  let lastCommonEnd: Int
  // The last offset at which a header can be read.
  @usableFromInline
  let lastHeader: Int

  /// A cursor over `bytes`, a part of a block or all of it.
  ///
  /// - Parameters:
  ///   - bytes: what the cursor looks at, and can't outlive.
  ///   - start: where in the block `bytes` begin.
  ///   - format: how large the block is, and what its records must keep.
  ///   - offset: where to begin, in bytes from the start of the block: 0, or where a record is known to be. Traps if
  ///     that lies before `start`.
  @inlinable
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, startingAt start: Int = 0, format: RecordFormat, at offset: Int = 0) {
    precondition(start >= 0 && offset >= start, "a cursor at \(offset) over bytes from \(start) on")
    self.bytes = bytes
    self.start = start
    self.format = format
    end = start + bytes.byteCount
    lastHeader = end - Record.headerByteCount
    lastCommonEnd = format.blockSize - Record.leastByteCount
    position = offset
  }

  /// Reads the next record.
  @inlinable
  @_lifetime(self: copy self)
  public mutating func next() -> Step {
    if let record = nextRecord() { return .record(record) }
    return switch stop {
    case .needsBytes(let count): .needsBytes(through: count)
    case .damage(let damage): .damage(damage)
    case .end: .end
    }
  }

  /// Reads the next record; nil where none can be read, and ``stop`` says why.
  ///
  /// For loops over many: most records are in use, keep every rule and end before their block does, which takes one
  /// test of each. All others are looked at closely.
  @inlinable
  @inline(__always)
  @_lifetime(self: copy self)
  public mutating func nextRecord() -> Record? {
    let offset = position
    guard offset <= lastHeader else { return nil }
    // Seen: `offset` lies after `start`, which the initializer made sure of, and eight bytes before `end`.
    let header = unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset &- start, as: UInt64.self))
    // No sum overflows: offsets are those of a block, and these lengths have 16 bits. Lengths of 64 KiB and more, and
    // inode 0, fail the tests.
    let length = Int(UInt16(truncatingIfNeeded: header >> 32))
    let nameLength = Int(UInt8(truncatingIfNeeded: header >> 48))
    let used = nameLength &+ Record.headerByteCount
    guard UInt32(truncatingIfNeeded: header) &- 1 < format.inodeCount, length & 3 == 0, nameLength > 0,
      used &+ format.hashByteCount <= length, offset &+ length <= lastCommonEnd, offset &+ used <= end
    else { return nextUncommonRecord(header) }
    position = offset &+ length
    return Record(
      offset: UInt32(truncatingIfNeeded: offset), length: UInt32(truncatingIfNeeded: length),
      header: header & format.headerMask)
  }

  /// The record that begins with `header`, if it keeps every rule and can be seen whole; else nil.
  @inline(never)
  @usableFromInline
  @_lifetime(self: copy self)
  mutating func nextUncommonRecord(_ header: UInt64) -> Record? {
    let record = format.record(at: position, header: header)
    guard format.brokenRule(by: record) == nil, record.usedBytes.upperBound <= end || !record.isEntry,
      position > 0 || header != 0,
      // Only "." can break the rule about the last record.
      record.end < format.blockSize || !record.isEntry || !isDot(record)
    else { return nil }
    position = record.end
    return record
  }

  /// The name of a record that this cursor has read: gone with the bytes, not with the cursor. Traps where the name isn't
  /// among them.
  @inlinable
  @inline(__always)
  @_lifetime(copy self)
  public func name(of record: Record) -> RawSpan {
    let first = record.offset &+ Record.headerByteCount &- start
    return bytes.extracting(unsafe Range(uncheckedBounds: (first, first &+ record.nameLength)))
  }

  /// Why ``nextRecord()`` reads none.
  public enum Stop: Equatable, Sendable {
    case needsBytes(through: Int)
    case damage(RecordDamage)
    case end
  }

  /// Why there is no next record to be read.
  public var stop: Stop {
    let left = format.blockSize - offset
    if left == Record.leastByteCount, format.skipsTail { return .end }
    guard left >= Record.leastByteCount else {
      if left == 0 { return .end }
      let remains = Record(offset: offset, length: 0, inode: 0, nameLength: 0, fileTypeCode: 0)
      return .damage(RecordDamage(rule: .blockEndUnreachable, record: remains))
    }
    guard end - offset >= Record.headerByteCount else {
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
    guard record.usedBytes.upperBound <= end else {
      return .needsBytes(through: record.usedBytes.upperBound)
    }
    return .damage(RecordDamage(rule: .dotIsLast, record: record))
  }

  /// Whether `record` is ".", after which there is always "..": as the last of a block it hides what follows.
  func isDot(_ record: Record) -> Bool {
    record.nameLength == 1 && bytes[byteAt: record.nameBytes.lowerBound - start] == UInt8(ascii: ".")
  }
}
