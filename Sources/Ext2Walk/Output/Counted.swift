/// A number of things in words: "1 link", "2 links", "0 directories".
///
/// - Parameter many: what several are called; nil for `one` and an s.
func counted(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
