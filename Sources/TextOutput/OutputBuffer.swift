public import Basics
package import SystemPackage

/// Why output ended early.
package enum OutputError: Error {
  /// Whoever read it has gone: no error, nothing more to say.
  case closed
  case failed(Errno)
}

/// What takes output in large pieces.
package protocol ByteSink: AnyObject {
  /// How many bytes come together before they are written.
  var pieceByteCount: Int { get }

  /// Returns whether the bytes were taken; if not they come again, with more behind them.
  func write(_ bytes: RawSpan) throws(OutputError) -> Bool
}

/// A file descriptor as a sink.
package final class DescriptorSink: ByteSink {
  package let pieceByteCount = 1 << 16
  private let descriptor: FileDescriptor

  package init(_ descriptor: FileDescriptor = .standardOutput) {
    self.descriptor = descriptor
  }

  package func write(_ bytes: RawSpan) throws(OutputError) -> Bool {
    do {
      _ = try unsafe bytes.withUnsafeBytes { unsafe try descriptor.writeAll($0) }
    } catch {
      let errno = error as? Errno ?? .ioError
      throw errno == .brokenPipe ? .closed : .failed(errno)
    }
    return true
  }
}

/// Bytes on their way to a sink, written in large pieces.
///
/// Appending can't fail; ``endPiece()`` and ``flush()`` write.
package struct OutputBuffer: ~Copyable {
  @usableFromInline
  var limit: Int
  private let sink: any ByteSink
  /// What has not been written.
  package var buffer = ByteBuffer()

  package init(_ sink: any ByteSink = DescriptorSink()) {
    self.sink = sink
    limit = sink.pieceByteCount
  }

  /// Writes all of a text to standard output.
  package static func write(text: String) throws(OutputError) {
    var output = OutputBuffer()
    output.append(text: text)
    try output.flush()
  }

  @inlinable
  @inline(__always)
  package mutating func append(_ byte: UInt8) {
    buffer.append(byte)
  }

  @inlinable
  @inline(__always)
  package mutating func append(_ more: RawSpan) {
    buffer.append(more)
  }

  @inlinable
  @inline(__always)
  package mutating func append(_ first: RawSpan, _ second: RawSpan, _ last: UInt8) {
    buffer.append(first, second, last)
  }

  @inlinable
  @inline(__always)
  package mutating func append(_ text: StaticString) {
    let bytes = unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    append(unsafe bytes.bytes)
  }

  /// Appends text that is not known before. Labelled, so that a literal is never made a `String` first.
  package mutating func append(text: String) {
    append(text.utf8Span.span.raw)
  }

  package mutating func append(_ more: [UInt8]) {
    append(more.raw)
  }

  /// Appends `value` in decimal digits, at least `width` cells wide with blanks in front.
  @inlinable
  @inline(__always)
  package mutating func append(_ value: some FixedWidthInteger, width: Int = 0) {
    buffer.append(decimal: UInt64(value.magnitude), isNegative: value < 0, width: width)
  }

  /// Says that a line or an object is complete. Writes if much has come together.
  @inlinable
  @inline(__always)
  package mutating func endPiece() throws(OutputError) {
    if buffer.count >= limit { try flush() }
  }

  /// Appends what is complete. Writes if much has come together; what is much by itself is not copied.
  package mutating func appendPiece(_ piece: RawSpan) throws(OutputError) {
    if piece.byteCount >= limit {
      if buffer.count > 0 { try flush() }
      if buffer.count == 0, try sink.write(piece) { return }
    }
    append(piece)
    try endPiece()
  }

  /// Forgets that the sink didn't take what there was: what is in ``buffer`` now is something else.
  package mutating func startAnew() {
    limit = sink.pieceByteCount
  }

  /// Writes all that is left, if the sink takes it.
  package mutating func flush() throws(OutputError) {
    if try sink.write(buffer.bytes) {
      buffer.removeAll()
      limit = sink.pieceByteCount
    } else {
      limit = 2 * buffer.count
    }
  }
}
