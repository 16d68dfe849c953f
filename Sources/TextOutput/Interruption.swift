#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Leaves the terminal in order when a signal ends the program while a progress line is shown.
package enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// From now on a signal that ends the program takes the line away first. It ends it all the same: shells see that and
  /// say 130 for SIGINT.
  static func clearsLine() {
    for number in signals {
      // What is ignored, as by nohup, stays so.
      if isIgnored(number) { continue }
      _ = signal(number) { number in
        // Nothing but what may be called while anything else was going on.
        let line: InlineArray<4, UInt8> = [0x0D, 0x1B, 0x5B, 0x4B]
        _ = unsafe line.span.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
        _ = signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// There is no line any more.
  static func clearsNothing() {
    for number in signals where !isIgnored(number) { _ = signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return true }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
