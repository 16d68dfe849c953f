import CSupport
import Testing

/// The processor's crc32c, of every length and alignment, against one bit at a time.
@Suite struct Crc32cTests {
  private func slowly(_ seed: UInt32, _ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc = seed
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
    return crc
  }

  @Test(.enabled("this processor has no instruction for crc32c") { csupport_has_crc32c() })
  func isThatOfOneBitAtATime() {
    for start in 0..<16 {
      for count in 0..<300 {
        // Memory of just that length: a sanitizer notices a byte too many.
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: start + count)
        defer { unsafe bytes.deallocate() }
        for index in 0..<start + count { unsafe bytes[index] = UInt8(truncatingIfNeeded: index * 37 + start) }
        let seed = UInt32(truncatingIfNeeded: count &* 2_654_435_761)
        let found = unsafe csupport_crc32c(seed, bytes.baseAddress.map { unsafe $0 + start }, count)
        unsafe #expect(found == slowly(seed, bytes[start...]))
      }
    }
  }
}
