import FolioCore
import Testing

@Suite struct RecordLengthTests {
  @Test(arguments: [
    (raw: UInt16(12), blockSize: 65536, length: 12),
    (65532, 65536, 65532),
    (0xFFFF, 65536, 65536),
    (0, 65536, 65536),
    // The two low bits are bits 16 and 17.
    (0x000D, 65536, 0x1000C),
    (0x0FFE, 65536, 0x20FFC),
    (0xFFFF, 32768, 0xFFFF),
    (0, 4096, 0),
    (13, 4096, 13),
    (4096, 4096, 4096),
  ])
  func decodesAsLibext2fs(raw: UInt16, blockSize: Int, length: Int) {
    #expect(RecordLength.decode(raw, blockSize: blockSize) == length)
  }

  @Test(arguments: [
    (nameLength: 0, hash: 0, least: 8), (1, 0, 12), (4, 0, 12), (5, 0, 16), (255, 0, 264), (16, 8, 32),
  ])
  func leastHoldsTheName(nameLength: Int, hash: Int, least: Int) {
    #expect(RecordLength.least(nameLength: nameLength, hashByteCount: hash) == least)
  }
}
