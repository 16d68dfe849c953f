public import Basics

extension ByteBuffer {
  /// Appends text that is known before.
  @inlinable
  @inline(__always)
  public mutating func append(_ text: StaticString) {
    let bytes = unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    append(unsafe bytes.bytes)
  }

  /// Appends text that is not known before. Labelled, so that a literal is never made a `String` first.
  public mutating func append(text: String) {
    append(text.utf8Span.span.raw)
  }

  /// Appends bytes.
  public mutating func append(_ more: [UInt8]) {
    append(more.raw)
  }

  /// Appends `value` in decimal digits, at least `width` cells wide with blanks before it.
  @inlinable
  @inline(__always)
  public mutating func append(_ value: some FixedWidthInteger, width: Int = 0) {
    append(decimal: UInt64(value.magnitude), isNegative: value < 0, width: width)
  }

  /// Appends `number` in decimal digits, at least `width` cells wide with blanks before it.
  @inlinable
  @inline(__always)
  public mutating func append(_ number: some Ordinal, width: Int = 0) {
    append(number.rawValue, width: width)
  }
}
