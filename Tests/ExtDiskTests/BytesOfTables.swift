import Testing

extension Array where Element == UInt8 {
  mutating func put(_ bytes: [UInt8], at position: Int) {
    replaceSubrange(position..<position + bytes.count, with: bytes)
  }
}
