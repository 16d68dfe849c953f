import Basics
import FolioCore

/// The superblock of a journal: see `journal_superblock_t`, whose numbers are big-endian.
package struct JournalSuperblock {
  private let bytes: [UInt8]

  package static let byteCount = 1024
  private static let magic: UInt32 = 0xC03B_3998
  /// A journal has no fewer blocks, beside those of fast commits.
  package static let leastBlockCount: UInt64 = 1024
  private static let checksumPosition = 0xFC

  package enum FeatureBit {
    /// A compatible one; the others are not.
    package static let checksum1: UInt32 = 0x1
    package static let checksum2: UInt32 = 0x8
    package static let checksum3: UInt32 = 0x10
    package static let fastCommit: UInt32 = 0x20
    package static let known: UInt32 = 0x3F
  }

  /// - Parameter bytes: the first ``byteCount`` bytes of a journal.
  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "the head of a journal has \(Self.byteCount) bytes")
    self.bytes = bytes
  }

  /// Whether it is one, be there what may in it.
  package var isThere: Bool { number(at: 0) == Self.magic && (3...4).contains(kind) }

  package var hasRightChecksum: Bool {
    // Of all but itself; 4 is crc32c.
    guard bytes[80] == 4 else { return false }
    var sum = Crc32c(seed: ~0)
    sum.add(bytes.raw.extracting(first: Self.checksumPosition))
    sum.addZeroes(4)
    sum.add(bytes.raw.extracting(droppingFirst: Self.checksumPosition + 4))
    return number(at: Self.checksumPosition) == sum.value
  }

  /// 3, or 4 for the one that has features.
  package var kind: UInt32 { number(at: 4) }

  package func number(at position: Int) -> UInt32 {
    bytes.raw.littleEndian(at: position, as: UInt32.self).byteSwapped
  }
}
