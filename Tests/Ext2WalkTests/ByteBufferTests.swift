import FolioCore
import Testing

@testable import Ext2Walk

/// Bytes come out as they went in, whatever their number: short copies are made in several ways.
@Suite struct ByteBufferTests {
  @Test func allLengthsAreCopiedWhole() {
    let source = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
    var buffer = ByteBuffer()
    var expected: [UInt8] = []
    for length in 0...200 {
      let part = source.raw.extracting(length % 50..<length % 50 + length)
      buffer.append(part)
      buffer.append(UInt8(ascii: "|"))
      buffer.append(part, source.raw.extracting(first: length / 3), 0)
      expected += [UInt8](copying: part) + [UInt8(ascii: "|")]
      expected += [UInt8](copying: part) + source.prefix(length / 3) + [0]
    }
    #expect([UInt8](copying: buffer.bytes) == expected)
    #expect(buffer.count == expected.count)
  }

  @Test func anEmptiedOneStartsAnew() {
    var buffer = ByteBuffer()
    buffer.append([1, 2, 3].raw)
    buffer.removeAll()
    #expect(buffer.count == 0 && buffer.bytes.byteCount == 0)
    buffer.append([4].raw)
    buffer.removeAll(keeping: 0)
    buffer.append([5, 6].raw)
    #expect([UInt8](copying: buffer.bytes) == [5, 6])
  }
}
