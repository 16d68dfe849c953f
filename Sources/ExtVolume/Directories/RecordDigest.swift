import Basics
public import FolioCore

/// The same for two readings that found the same records under the same names, and only by chance for others.
public struct RecordDigest {
  @usableFromInline
  var hash = QuickHash()

  /// Of no record.
  public init() {}

  /// Adds a record, and its name where it is in use.
  @inlinable
  @inline(__always)
  public mutating func add(_ record: Record, name: RawSpan) {
    hash.add(UInt64(record.offset) | UInt64(record.length) << 32)
    hash.add(
      UInt64(record.inode.rawValue) | UInt64(record.nameLength) << 32 | UInt64(record.fileTypeCode) << 40)
    hash.add(name)
  }

  package mutating func add(_ damage: RecordDamage) {
    add(damage.record, name: Array(damage.rule.rawValue.utf8).raw)
  }

  package var value: UInt64 { hash.value }
}
