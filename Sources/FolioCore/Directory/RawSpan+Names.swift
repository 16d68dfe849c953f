extension RawSpan {
  /// Whether any byte is 0 or a slash. Eight bytes at a time: every name of every directory is looked through.
  @inlinable
  package var holdsNULOrSlash: Bool {
    @inline(__always)
    get {
      holds { $0.holds(byte: 0) || $0.holds(byte: UInt8(ascii: "/")) }
    }
  }

  /// Whether `condition` holds for any word of 8 bytes; the last is filled up with copies of the last byte.
  @inlinable
  @inline(__always)
  package func holds(_ condition: (UInt64) -> Bool) -> Bool {
    var offset = 0
    while offset + 8 <= byteCount {
      if condition(littleEndian(at: offset)) { return true }
      offset += 8
    }
    guard offset < byteCount else { return false }
    if byteCount >= 8 { return condition(littleEndian(at: byteCount - 8)) }
    var word = UInt64(self[byteAt: byteCount - 1]) &* 0x0101_0101_0101_0101
    while offset < byteCount {
      let shift = UInt64(8 * offset)
      word = word & ~(0xFF << shift) | UInt64(self[byteAt: offset]) << shift
      offset += 1
    }
    return condition(word)
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
