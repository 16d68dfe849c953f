extension RawSpan {
  /// The integer at `offset`, which need not be aligned. Traps unless all of it is in the span.
  @inlinable
  public func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type = Value.self
  ) -> Value {
    // Unsafe only for types with invalid bit patterns; an integer has none, and the bounds are checked.
    unsafe Value(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The byte at `offset`. Traps unless it is in the span.
  @inlinable
  public subscript(byteAt offset: Int) -> UInt8 {
    littleEndian(at: offset)
  }
}

extension RawSpan {
  /// The number at `offset`, which need not be aligned, of those that stand there in 32 bits. Traps unless all of it is in the span.
  @inlinable
  public func littleEndian<Value: Ordinal>(at offset: Int, as type: Value.Type = Value.self) -> Value
  where Value.RawValue == UInt32 {
    Value(rawValue: littleEndian(at: offset))
  }
}
