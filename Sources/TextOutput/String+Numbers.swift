/// A number of things in words: "1 link", "2 links", "0 directories".
///
/// - Parameter many: the plural; nil for `one` and an s.
package func counted(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}

extension String {
  /// `value` in digits of `radix`, with zeroes before them up to `width` digits.
  package init(_ value: some BinaryInteger, radix: Int, width: Int) {
    let digits = String(value, radix: radix)
    self = String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }

  /// `bytes` in hexadecimal digits, two for each.
  package init(hexadecimal bytes: some Sequence<UInt8>) {
    self = bytes.map { String($0, radix: 16, width: 2) }.joined()
  }

  /// The text, with blanks after it up to `width` characters.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// The text, with blanks before it up to `width` characters.
  package func padded(from width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }
}
