#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Measures how long steps take; costs nothing while it is off.
struct Stopwatch {
  private let isOn: Bool
  private var last: UInt64 = 0

  init(isOn: Bool) {
    self.isOn = isOn
    last = isOn ? Self.now() : 0
  }

  /// Nanoseconds since the last lap, or since the watch was made.
  @discardableResult
  mutating func lap() -> UInt64 {
    guard isOn else { return 0 }
    let now = Self.now()
    defer { last = now }
    return now - last
  }

  private static func now() -> UInt64 {
    var time = timespec()
    // The monotonic clock is always there.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
