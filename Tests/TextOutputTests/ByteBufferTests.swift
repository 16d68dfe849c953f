import Basics
import Testing
import TextOutput

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

  @Test func numbersAreWhatTheyAreInDecimal() {
    let powers = (0..<20).map { (0..<$0).reduce(1 as UInt64) { power, _ in power * 10 } }
    let numbers = powers.flatMap { [$0 - 1, $0, $0 + 1, $0 / 3] } + [.max, 42, 907, 65536]
    for number in numbers {
      var buffer = ByteBuffer()
      buffer.append(decimal: number, isNegative: false, width: 0)
      buffer.append(decimal: number, isNegative: true, width: 23)
      let text = String(number)
      #expect(number.digitCount == text.utf8.count)
      let blanks = String(repeating: " ", count: 23 - text.utf8.count - 1)
      #expect(String(decoding: [UInt8](copying: buffer.bytes), as: UTF8.self) == text + blanks + "-" + text)
    }
  }
}
