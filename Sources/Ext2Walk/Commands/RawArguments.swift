import ExtVolume

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Arguments as they were typed. A `String` has lost the bytes that are not UTF-8, and paths may have them.
enum RawArguments {
  /// The bytes of the first argument that reads as `text`.
  static func bytes(of text: String) -> [UInt8] {
    bytes(of: [text])[0]
  }

  /// The bytes of arguments that read as `texts`, in that order. Where several read alike, each is taken once.
  static func bytes(of texts: [String]) -> [[UInt8]] {
    guard texts.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else {
      return texts.map { Array($0.utf8) }
    }
    var typed = (1..<max(1, Int(CommandLine.argc))).compactMap { index -> [UInt8]? in
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return unsafe Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
    }
    return texts.map { text in
      let place = typed.firstIndex { String(decoding: $0, as: UTF8.self) == text }
      return place.map { typed.remove(at: $0) } ?? Array(text.utf8)
    }
  }
}
