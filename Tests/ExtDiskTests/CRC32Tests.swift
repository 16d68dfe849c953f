import Foundation
import Testing

@testable import ExtDisk

/// The checksum of GPT headers.
@Suite struct CRC32Tests {
  private let digits = Array("123456789".utf8)

  @Test func crc32() {
    #expect(CRC32.of(digits) == 0xCBF4_3926)
    #expect(CRC32.of([UInt8]()) == 0)
    var sum = CRC32()
    sum.add(digits.prefix(4))
    sum.add(digits.dropFirst(4))
    #expect(sum.value == 0xCBF4_3926)
  }
}
