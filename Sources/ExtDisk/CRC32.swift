import ExtVolume

/// The CRC of GPT headers: that of IEEE 802.3, least significant bit first, as in zip files. Tables are small, so bit by
/// bit will do.
package struct CRC32 {
  private var state: UInt32 = .max

  package var value: UInt32 { ~state }

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
  }

  package static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = CRC32()
    sum.add(bytes)
    return sum.value
  }
}
