#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes times as `2024-01-02 03:04`, in the time zone of whoever looks (`TZ`).
struct Clock {
  // Many files of a directory are of one moment.
  private var seconds: Int64?
  private var text = ""

  mutating func text(for time: Timestamp) -> String {
    if time.seconds != seconds {
      seconds = time.seconds
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
