public import Basics

extension RawSpan {
  /// Whether any byte is 0 or a slash. Eight bytes at a time: every name of every directory is looked through.
  @inlinable
  public var holdsNULOrSlash: Bool {
    @inline(__always)
    get {
      marks { $0.marks(byte: 0) | $0.marks(byte: UInt8(ascii: "/")) }
    }
  }
}
