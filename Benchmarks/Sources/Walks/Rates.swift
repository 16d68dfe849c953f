import FolioCore
import Glibc

/// What the parts of a walk do in a second.
enum Rates {
  /// Records of a full 64 KiB block, names of 11 to 21 bytes, by the cursor alone.
  static func recordsPerSecond() -> Double {
    let block = fullBlock()
    let format = RecordFormat(blockSize: block.count, inodeCount: .max)
    let rounds = 2000
    var (recordCount, nameByteCount) = (0, 0)
    let start = ContinuousClock.now
    for _ in 0..<rounds {
      var cursor = RecordCursor(block.span.bytes, format: format)
      while let record = cursor.nextRecord() {
        recordCount += 1
        nameByteCount += cursor.name(of: record).byteCount
      }
    }
    let elapsed = (ContinuousClock.now - start).components
    guard recordCount > rounds, nameByteCount > recordCount else { fail("records") }
    return Double(recordCount) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
  }

  private static func fullBlock() -> [UInt8] {
    let size = 65536
    var block: [UInt8] = []
    for number in 0... {
      let nameLength = 11 + number * 7 % 11
      var length = (8 + nameLength + 3) & ~3
      let left = size - block.count - length
      // The last record takes what is left.
      if left < 32 { length += left }
      func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
      }
      block += bytes(UInt32(number + 11)) + bytes(UInt16(length)) + [UInt8(nameLength), 1]
      block += [UInt8](repeating: UInt8(ascii: "n"), count: nameLength)
      block += [UInt8](repeating: 0, count: length - 8 - nameLength)
      if left < 32 { break }
    }
    return block
  }
}

func million(_ value: Double) -> String { fixed(value / 1e6, 1) + " million" }
