import CSupport
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is at the other end of a file descriptor.
package enum Terminal {
  package static func isTerminal(_ descriptor: FileDescriptor) -> Bool {
    isatty(descriptor.rawValue) == 1
  }

  /// How many cells wide it is: what the terminal says, or `COLUMNS`, or 80.
  package static func width(of descriptor: FileDescriptor) -> Int {
    var size = winsize()
    if unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return environment("COLUMNS").flatMap { Int($0) }.map { max(1, $0) } ?? 80
  }

  /// How many cells `text` takes; characters of no known width count as one.
  package static func cellCount(of text: String) -> Int {
    _ = locale
    return text.unicodeScalars.reduce(0) { sum, scalar in
      sum + (scalar.isASCII ? 1 : max(0, Int(wcwidth(wchar_t(scalar.value)))))
    }
  }

  package static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// wcwidth knows only ASCII until a locale is set; every other answer of ours is the C locale's.
  private static let locale: Void = {
    if unsafe setlocale(LC_CTYPE, "C.UTF-8") == nil { _ = unsafe setlocale(LC_CTYPE, "") }
  }()
}
