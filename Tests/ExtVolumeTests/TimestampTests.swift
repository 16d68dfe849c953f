import ExtVolume
import Foundation
import Testing

/// Times of inodes, by the table of the kernel's documentation (Documentation/filesystems/ext4/inodes.rst): what the two bits
/// of `extra` add to the signed 32 bits.
@Suite struct TimestampTests {
  @Test(arguments: [
    (UInt32(0x8000_0000), UInt32(0), -0x8000_0000 as Int64), (0xFFFF_FFFF, 0, -1), (0, 0, 0),
    (0x7FFF_FFFF, 0, 0x7FFF_FFFF), (0x8000_0000, 1, 0x8000_0000), (0xFFFF_FFFF, 1, 0xFFFF_FFFF),
    (0, 1, 0x1_0000_0000), (0x7FFF_FFFF, 1, 0x1_7FFF_FFFF), (0x8000_0000, 2, 0x1_8000_0000),
    (0xFFFF_FFFF, 2, 0x1_FFFF_FFFF), (0, 2, 0x2_0000_0000), (0x7FFF_FFFF, 2, 0x2_7FFF_FFFF),
    (0x8000_0000, 3, 0x2_8000_0000), (0xFFFF_FFFF, 3, 0x2_FFFF_FFFF), (0, 3, 0x3_0000_0000),
    (0x7FFF_FFFF, 3, 0x3_7FFF_FFFF),
  ])
  func secondsAreOf34Bits(raw: UInt32, bits: UInt32, seconds: Int64) {
    let all: [UInt32] = [0, 1, 999_999_999, 0x3FFF_FFFF]
    for nanoseconds in all {
      let time = Timestamp(seconds: raw, extra: nanoseconds << 2 | bits)
      #expect(time.seconds == seconds && time.nanoseconds == nanoseconds)
    }
  }

  @Test func withoutExtraThereAreOnlySeconds() {
    #expect(Timestamp(seconds: 0xFFFF_FFFF) == Timestamp(seconds: 0xFFFF_FFFF, extra: 0))
    #expect(Timestamp(seconds: 0xFFFF_FFFF).nanoseconds == 0)
  }
}
