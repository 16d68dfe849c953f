extension Array where Element == UInt8 {
  /// The integer at `offset`, least significant byte first. Traps unless all of it is there.
  func littleEndian<Value: FixedWidthInteger & UnsignedInteger>(
    at offset: Int, as type: Value.Type = Value.self
  ) -> Value {
    self[offset..<offset + Value.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Value($1) }
  }
}
