extension RawSpan {
  /// Whether any byte is 0 or a slash. Eight bytes at a time: every name of every directory is looked through.
  @inlinable
  package var holdsNULOrSlash: Bool {
    @inline(__always)
    get {
      holds { $0.holds(byte: 0) || $0.holds(byte: UInt8(ascii: "/")) }
    }
  }

  /// Whether `condition` holds for any word of 8 bytes. The last begins 8 bytes before the end; of fewer than 8 bytes
  /// all are in one or two words, some of them several times.
  @inlinable
  @inline(__always)
  package func holds(_ condition: (UInt64) -> Bool) -> Bool {
    switch byteCount {
    case 8...:
      var offset = 0
      while offset &+ 8 < byteCount {
        if condition(littleEndian(at: offset)) { return true }
        offset &+= 8
      }
      return condition(littleEndian(at: byteCount &- 8))
    case 4..<8:
      let (head, tail) = (
        littleEndian(at: 0, as: UInt32.self), littleEndian(at: byteCount &- 4, as: UInt32.self)
      )
      return condition(UInt64(head) | UInt64(tail) << 32)
    case 1..<4:
      // First, middle and last: all there are.
      let bytes = [0, byteCount / 2, byteCount - 1] as InlineArray<3, Int>
      for index in bytes.indices where condition(UInt64(self[byteAt: bytes[index]]) &* 0x0101_0101_0101_0101)
      {
        return true
      }
      return false
    default: return false
    }
  }

  /// The 8 bytes from `offset` on as a number that sorts as they do; zeroes stand for those that aren't there.
  @inlinable
  package func bigEndianWord(at offset: Int) -> UInt64 {
    let left = byteCount - offset
    if left >= 8 { return littleEndian(at: offset, as: UInt64.self).byteSwapped }
    var word: UInt64 = 0
    for index in 0..<max(0, left) { word |= UInt64(self[byteAt: offset + index]) << (56 - 8 * index) }
    return word
  }
}

extension UInt64 {
  /// Whether any of the eight bytes is `byte`.
  @inlinable
  @inline(__always)
  package func holds(byte: UInt8) -> Bool {
    // A byte that is 0 borrows into its high bit.
    let difference = self ^ (0x0101_0101_0101_0101 &* UInt64(byte))
    return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080 != 0
  }

  /// Whether any of the eight bytes is less than `bound`, or has its high bit set. `bound` is 1 to 128.
  @inlinable
  @inline(__always)
  package func holdsByte(below bound: UInt8) -> Bool {
    ((self &- (0x0101_0101_0101_0101 &* UInt64(bound))) | self) & 0x8080_8080_8080_8080 != 0
  }
}
