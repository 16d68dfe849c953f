#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes times as `2024-01-02 03:04`, in the time zone of whoever looks (`TZ`).
struct Clock {
  // Most files of a tree are of a few minutes.
  private var minute: Int64?
  private var text = ""

  mutating func text(for time: Timestamp) -> String {
    let (quotient, remainder) = time.seconds.quotientAndRemainder(dividingBy: 60)
    let wanted = remainder < 0 ? quotient - 1 : quotient
    if wanted != minute {
      minute = wanted
      text = Self.format(time.seconds)
    }
    return text
  }

  private static func format(_ seconds: Int64) -> String {
    var moment = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&moment, &parts) != nil else { return "@\(seconds)" }
    let (year, month, day) = unsafe (Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute) = unsafe (parts.tm_hour, parts.tm_min)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year)-\(two(month))-\(two(day)) \(two(hour)):\(two(minute))"
  }
}
