/// A rule that a record, or the block it stands in, must keep. Raw values are stable names.
///
/// Mirrors `ext2_check_folio()` and `__ext4_check_dir_entry()`.
public enum RecordRule: String, CaseIterable, Sendable {
  case recordTooShort = "record-too-short"
  case recordUnaligned = "record-unaligned"
  case nameTooLong = "name-too-long"
  case recordAcrossBlocks = "record-across-blocks"
  case inodeOutOfBounds = "inode-out-of-bounds"
  case dotIsLast = "dot-is-last"
  case blockEndUnreachable = "block-end-unreachable"
  case beginsWithZeroes = "begins-with-zeroes"

  /// What is wrong where the rule is broken, in the words of the ext4 driver, which serves ext2 and ext3 too; in words of
  /// our own where it has none.
  ///
  /// They are those of Linux before 6.19. Since then ext4 takes the low bits of a length for its high ones in blocks of
  /// every size, as ``RecordLength`` does in blocks of 64 KiB, so that a length of impossible bits is "directory entry overrun".
  public var wording: String {
    switch self {
    case .recordTooShort: "rec_len is smaller than minimal"
    case .recordUnaligned: "rec_len % 4 != 0"
    case .nameTooLong: "rec_len is too small for name_len"
    case .recordAcrossBlocks: "directory entry overrun"
    case .inodeOutOfBounds: "inode out of bounds"
    case .dotIsLast: "'.' directory cannot be the last in data block"
    case .blockEndUnreachable: "directory entry too close to block end"
    case .beginsWithZeroes: "there are zeroes where the first record should be"
    }
  }

  /// The words of the ext2 driver, where it has others.
  public var ext2Wording: String? {
    switch self {
    case .recordUnaligned: "unaligned directory entry"
    case .recordAcrossBlocks: "directory entry across blocks"
    case .blockEndUnreachable: "entry in directory spans the page boundary"
    case .recordTooShort, .nameTooLong, .inodeOutOfBounds, .dotIsLast, .beginsWithZeroes: nil
    }
  }
}

/// A broken rule, and where.
public struct RecordDamage: Hashable, Sendable {
  /// The rule that the record breaks.
  public let rule: RecordRule
  /// The record as it stands, damaged as it is. Where too few bytes are left for a header, all but the offset is 0.
  public let record: Record

  /// Says that `record` breaks `rule`.
  @inlinable
  public init(rule: RecordRule, record: Record) {
    self.rule = rule
    self.record = record
  }
}
