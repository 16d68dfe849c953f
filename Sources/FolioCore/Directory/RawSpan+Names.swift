extension RawSpan {
  /// Whether any byte is 0 or a slash. Eight bytes at a time: every name of every directory is looked through.
  @inlinable
  package var holdsNULOrSlash: Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    var offset = 0
    while offset + 8 <= byteCount {
      let word = littleEndian(at: offset, as: UInt64.self)
      let slashes = word ^ (ones &* UInt64(UInt8(ascii: "/")))
      // A byte that is 0 borrows into its high bit.
      if ((word &- ones) & ~word | (slashes &- ones) & ~slashes) & highBits != 0 { return true }
      offset += 8
    }
    while offset < byteCount {
      let byte = self[byteAt: offset]
      if byte == 0 || byte == UInt8(ascii: "/") { return true }
      offset += 1
    }
    return false
  }
}
