import Basics
import Testing

/// Bytes as numbers and words, and ranges that meet.
@Suite struct BasicsTests {
  private static let bytes = (0..<40).map { UInt8(truncatingIfNeeded: 200 + $0 * 37) }

  @Test(arguments: 0..<32) func numbersAreReadAtAnyOffset(offset: Int) {
    func expected(_ count: Int) -> UInt64 {
      (0..<count).reduce(0) { $0 | UInt64(Self.bytes[offset + $1]) << (8 * UInt64($1)) }
    }
    let span = Self.bytes.raw
    #expect(span[byteAt: offset] == Self.bytes[offset])
    #expect(UInt64(span.littleEndian(at: offset, as: UInt16.self)) == expected(2))
    #expect(UInt64(span.littleEndian(at: offset, as: UInt32.self)) == expected(4))
    #expect(span.littleEndian(at: offset, as: UInt64.self) == expected(8))
  }

  /// Words sort as the bytes do, also where fewer than eight are left.
  @Test func wordsSortAsBytes() {
    let strings = ["", "a", "a\0", "aa", "ab", "abcdefgh", "abcdefghi", "b", "\u{7F}"].map { Array($0.utf8) }
    for first in strings {
      for second in strings {
        let (one, other) = (first.raw.bigEndianWord(at: 0), second.raw.bigEndianWord(at: 0))
        if first.prefix(8).lexicographicallyPrecedes(second.prefix(8)) {
          #expect(one <= other, "\(first) \(second)")
        }
        if one < other { #expect(first.lexicographicallyPrecedes(second), "\(first) \(second)") }
      }
    }
  }

  /// A byte is found wherever it stands, in as many bytes as there are, and only if it is there.
  @Test(arguments: 0...20) func aByteIsFoundWhereverItStands(count: Int) {
    let plain = [UInt8](repeating: 0x61, count: count)
    #expect(!plain.raw.marks { $0.marks(byte: 0x2F) } && !plain.raw.marks { $0.marks(below: 0x20) })
    for place in plain.indices {
      for byte in [0x00, 0x1F, 0x2F] as [UInt8] {
        var bytes = plain
        bytes[place] = byte
        #expect(bytes.raw.marks { $0.marks(byte: byte) }, "\(byte) at \(place) of \(count)")
        #expect(bytes.raw.marks { $0.marks(below: 0x20) } == (byte < 0x20), "\(byte) at \(place) of \(count)")
      }
    }
  }

  @Test func rangesThatMeetAreMerged() {
    var ranges: [Range<Int>] = []
    for range in [0..<2, 2..<4, 3..<5, 3..<4, 7..<9, 8..<8, 9..<9, 20..<21] { ranges.appendMerging(range) }
    #expect(ranges == [0..<5, 7..<9, 20..<21])
    // What comes before the last isn't merged into it.
    ranges.appendMerging(1..<30)
    #expect(ranges == [0..<5, 7..<9, 20..<21, 1..<30])
  }

  /// Threads that wait on a condition are all woken, and each step is seen once.
  @Test func aConditionLockHandsOn() {
    let lock = ConditionLock(0)
    let threads = (0..<4).compactMap { number in
      WorkerThread {
        for turn in 0..<50 {
          let _: Int = lock.wait { value in
            guard value % 4 == number, value / 4 == turn else { return nil }
            value += 1
            return value
          }
          lock.signal()
        }
      }
    }
    #expect(threads.count == 4)
    for thread in threads { thread.join() }
    #expect(lock.withLock { $0 } == 200)
  }
}
