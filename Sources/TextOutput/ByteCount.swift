/// Sizes for people.
package enum ByteCount {
  /// As `ls -h`: up to 1023 as it is, then K, M, G, T, P, E of 1024 each, rounded up, with one decimal below 10.
  package static func human(_ byteCount: UInt64) -> String {
    guard byteCount >= 1024 else { return String(byteCount) }
    var unit: UInt64 = 1024
    for letter in "KMGTPE" {
      // In tenths, so that rounding up stays in whole numbers; a rest is below 2^60.
      let (whole, rest) = byteCount.quotientAndRemainder(dividingBy: unit)
      let tenths = whole * 10 + (rest * 10 + unit - 1) / unit
      if tenths < 100 { return "\(tenths / 10).\(tenths % 10)\(letter)" }
      let rounded = whole + (rest > 0 ? 1 : 0)
      if rounded < 1024 || letter == "E" { return "\(rounded)\(letter)" }
      unit *= 1024
    }
    return String(byteCount)
  }
}
