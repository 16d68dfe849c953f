import ExtVolume

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes times as `2024-01-02 03:04`, in the time zone of whoever looks (`TZ`).
struct TimeFormatter {
  /// Texts of minutes, each in the place that is its own: many files of a directory are of a few moments.
  private var known = [(minute: Int64, text: [UInt8])](repeating: (.min, []), count: Self.placeCount)
  private static var placeCount: Int { 64 }

  mutating func text(for time: Timestamp) -> [UInt8] {
    let minute = Self.minute(of: time.seconds)
    let place = Int(truncatingIfNeeded: minute) & (Self.placeCount - 1)
    if known[place].minute == minute { return known[place].text }
    let (text, isWholeMinute) = Self.format(time.seconds)
    if isWholeMinute { known[place] = (minute, text) }
    return text
  }

  /// Rounded down, before the epoch too.
  private static func minute(of seconds: Int64) -> Int64 { (seconds - (seconds % 60 + 60) % 60) / 60 }

  /// The text, and whether it is that of all of the minute, counted from the epoch: not where the time zone is apart
  /// from it by seconds, as most were once.
  private static func format(_ seconds: Int64) -> (text: [UInt8], isWholeMinute: Bool) {
    var moment = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&moment, &parts) != nil else { return (Array("@\(seconds)".utf8), false) }
    let (year, month, day) = unsafe (Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let text = "\(year)-\(two(month))-\(two(day)) \(two(hour)):\(two(minute))"
    return (Array(text.utf8), Int64(second) == (seconds % 60 + 60) % 60)
  }
}
