import Basics
import CSupport
import FolioCore

/// A crc32c in the making, as `metadata_csum` has it: neither inverted before nor after.
///
/// Mirrors `ext2fs_crc32c_le()`, which is what is called where the processor has no instruction for it.
package struct Crc32c {
  package private(set) var value: UInt32
  private static let isBuiltIn = csupport_has_crc32c()

  package init(seed: UInt32) {
    value = seed
  }

  package mutating func add(_ bytes: RawSpan) {
    value = unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return value }
      if Self.isBuiltIn { return unsafe csupport_crc32c(value, start, bytes.count) }
      return unsafe Ext2Library.crc32c(value, bytes)
    }
  }

  package mutating func add(_ number: UInt32) {
    let words = [number.littleEndian] as InlineArray<1, UInt32>
    unsafe add(words.span.bytes)
  }

  /// - Parameter count: 0 to 4.
  mutating func addZeroes(_ count: Int) {
    let zeroes = [4 of UInt8](repeating: 0)
    add(zeroes.span.raw.extracting(first: count))
  }
}
