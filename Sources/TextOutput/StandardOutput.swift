import Basics
package import SystemPackage

/// Why output ended early.
package enum OutputError: Error {
  /// Whoever read it has gone: no error, nothing more to say.
  case closed
  case failed(Errno)
}

/// Standard output, written in large pieces.
package enum StandardOutput {
  /// How many bytes come together before they are written.
  package static var pieceByteCount: Int { 1 << 16 }

  package static func write(_ bytes: RawSpan) throws(OutputError) {
    do {
      _ = try unsafe bytes.withUnsafeBytes { unsafe try FileDescriptor.standardOutput.writeAll($0) }
    } catch {
      // swift-system throws nothing else.
      let errno = error as? Errno ?? .ioError
      throw errno == .brokenPipe ? .closed : .failed(errno)
    }
  }

  package static func write(text: String) throws(OutputError) {
    try write(text.utf8Span.span.raw)
  }

  /// Writes all that is in `buffer`, and empties it.
  package static func flush(_ buffer: inout ByteBuffer) throws(OutputError) {
    if buffer.count > 0 { try write(buffer.bytes) }
    buffer.removeAll()
  }

  /// The same, if much has come together.
  package static func flushIfLarge(_ buffer: inout ByteBuffer) throws(OutputError) {
    if buffer.count >= pieceByteCount { try flush(&buffer) }
  }
}
