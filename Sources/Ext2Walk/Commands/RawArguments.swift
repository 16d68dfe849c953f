#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Arguments as they were typed. A `String` has lost the bytes that are not UTF-8, and paths may have them.
enum RawArguments {
  /// The bytes of the argument that reads as `text`.
  static func bytes(of text: String) -> [UInt8] {
    guard text.unicodeScalars.contains("\u{FFFD}") else { return Array(text.utf8) }
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { continue }
      let bytes = unsafe Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
      if String(decoding: bytes, as: UTF8.self) == text { return bytes }
    }
    return Array(text.utf8)
  }
}
