extension RawSpan {
  /// Whether `find` marks a byte of any word of 8 bytes, by its highest bit; other bits don't count. The last word begins
  /// 8 bytes before the end; of fewer than 8 bytes all are in one word, some of them several times.
  @inlinable
  @inline(__always)
  public func marks(_ find: (UInt64) -> UInt64) -> Bool {
    let count = byteCount
    var found: UInt64
    if count >= 8 {
      found = find(littleEndian(at: count &- 8))
      // As many words as there are whole ones before it, and the one it overlaps.
      var offset = 0
      while offset &+ 8 < count {
        found |= find(littleEndian(at: offset))
        offset &+= 8
      }
    } else if count >= 4 {
      let (head, tail) = (
        littleEndian(at: 0, as: UInt32.self), littleEndian(at: count &- 4, as: UInt32.self)
      )
      found = find(UInt64(head) | UInt64(tail) << 32)
    } else if count > 0 {
      // First, middle and last: all there are.
      let (first, middle, last) = (self[byteAt: 0], self[byteAt: count / 2], self[byteAt: count &- 1])
      found = find(UInt64(first) | UInt64(middle) << 8 | (UInt64(last) &* 0x0101_0101_0101_0101) << 16)
    } else {
      return false
    }
    return found & 0x8080_8080_8080_8080 != 0
  }

  /// The 8 bytes from `offset` on as a number that sorts as they do; zeroes stand for those that aren't there.
  @inlinable
  @inline(__always)
  public func bigEndianWord(at offset: Int) -> UInt64 {
    let left = byteCount - offset
    if left >= 8 { return littleEndian(at: offset, as: UInt64.self).byteSwapped }
    var word: UInt64 = 0
    for index in 0..<max(0, left) { word |= UInt64(self[byteAt: offset + index]) << (56 - 8 * index) }
    return word
  }
}

extension UInt64 {
  /// Marks bytes that are `byte` by their highest bit. Bytes above one of them may be marked too.
  @inlinable
  @inline(__always)
  public func marks(byte: UInt8) -> UInt64 {
    // A byte that is 0 borrows into its high bit.
    let difference = self ^ (0x0101_0101_0101_0101 &* UInt64(byte))
    return (difference &- 0x0101_0101_0101_0101) & ~difference
  }

  /// Marks bytes that are less than `bound`, which is 1 to 128, or have their highest bit set, by that bit. Bytes above
  /// one of them may be marked too.
  @inlinable
  @inline(__always)
  public func marks(below bound: UInt8) -> UInt64 {
    (self &- (0x0101_0101_0101_0101 &* UInt64(bound))) | self
  }
}
