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

  /// What is wrong where the rule is broken, in a kernel's own words where one has words for it.
  public var wording: String {
    switch self {
    case .recordTooShort: "rec_len is smaller than minimal"
    case .recordUnaligned: "rec_len % 4 != 0"
    case .nameTooLong: "rec_len is too small for name_len"
    case .recordAcrossBlocks: "directory entry across blocks"
    case .inodeOutOfBounds: "inode out of bounds"
    case .dotIsLast: "'.' directory cannot be the last in data block"
    case .blockEndUnreachable: "directory entry too close to block end"
    case .beginsWithZeroes: "there are zeroes where the first record should be"
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
