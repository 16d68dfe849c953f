import Basics
package import FolioCore

/// How large the blocks of a file system are: 1024 to 65536 bytes, a power of two.
///
/// That of a superblock may be impossible, and is larger then: ``Superblock`` says so by an impossible value.
package struct BlockSize: Hashable, Sendable, CustomStringConvertible {
  /// A power of two.
  package let byteCount: Int

  private static let shifts = 10...16
  /// All that there can be, in order.
  package static let all = shifts.map { BlockSize(shift: $0) }
  package static let largest = BlockSize(shift: shifts.upperBound)

  private init(shift: Int) { byteCount = 1 << shift }

  /// Nil for a size that blocks can't have: they are of 1024 to 65536 bytes, a power of two.
  package init?(byteCount: Int) {
    guard let size = Self.all.first(where: { $0.byteCount == byteCount }) else { return nil }
    self = size
  }

  /// What a superblock says in `s_log_block_size`, be it possible or not.
  ///
  /// One that isn't possible is an impossible value; sums with it stay far from overflowing.
  init(logarithm: UInt32) {
    self.init(shift: Self.shifts.lowerBound + Int(min(logarithm, 20)))
  }

  /// What a superblock says for it in `s_log_block_size`.
  var logarithm: Int { byteCount.trailingZeroBitCount - Self.shifts.lowerBound }

  /// Its bytes.
  package var description: String { byteCount.description }

  /// How many bytes so many blocks have; nil where that overflows.
  package func byteCount(of blockCount: UInt64) -> UInt64? {
    let (byteCount, overflow) = blockCount.multipliedReportingOverflow(by: UInt64(self.byteCount))
    return overflow ? nil : byteCount
  }

  /// Where a block begins, in bytes from the start of the file system; nil where no file could be long enough for it: what is
  /// added to a position doesn't overflow.
  package func position(of block: BlockNumber) -> BytePosition? {
    byteCount(of: block.rawValue).flatMap { $0 > UInt64(Int64.max) ? nil : BytePosition($0) }
  }

  /// The block that has the byte at `position`.
  package func block(at position: BytePosition) -> BlockNumber {
    BlockNumber(wholeBlocks(in: position.rawValue))
  }

  /// How many whole blocks there are in so many bytes.
  package func wholeBlocks(in byteCount: UInt64) -> UInt64 { byteCount / UInt64(self.byteCount) }

  /// How many blocks so many bytes take, the last perhaps in part.
  package func blocks(for byteCount: UInt64) -> UInt64 {
    let (whole, rest) = byteCount.quotientAndRemainder(dividingBy: UInt64(self.byteCount))
    return whole + (rest > 0 ? 1 : 0)
  }

  /// Whether so many bytes are whole blocks.
  package func divides(_ byteCount: UInt64) -> Bool { byteCount % UInt64(self.byteCount) == 0 }
}
