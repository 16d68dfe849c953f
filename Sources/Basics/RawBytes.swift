// Bytes as raw memory and back. The standard library calls these views unsafe for elements that have
// padding or invalid bit patterns; bytes have neither.

extension Span<UInt8> {
  /// The same bytes as raw memory.
  @inlinable
  public var raw: RawSpan {
    @_lifetime(copy self)
    get { unsafe bytes }
  }
}

extension Array<UInt8> {
  /// A copy of `bytes`.
  public init(copying bytes: RawSpan) {
    self = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
  }

  /// Appends a copy of `bytes`.
  public mutating func append(copying bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }

  /// The array's bytes as raw memory.
  @inlinable
  public var raw: RawSpan {
    @_lifetime(borrow self)
    get { span.raw }
  }

  /// Lets `body` write the bytes at `range`.
  @inlinable
  public mutating func withMutableRaw<Failure: Error>(
    _ range: Range<Int>, _ body: (inout MutableRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var elements = mutableSpan
    try unsafe elements.withUnsafeMutableBytes { (all) throws(Failure) in
      var part = unsafe MutableRawSpan(_unsafeBytes: all[range])
      try body(&part)
    }
  }
}
