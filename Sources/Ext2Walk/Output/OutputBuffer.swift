import FolioCore
import SystemPackage

/// Why output ended early.
enum OutputError: Error {
  /// Whoever read it has gone: no error, nothing more to say.
  case closed
  case failed(Errno)
}

/// What takes output in large pieces.
protocol ByteSink: AnyObject {
  /// How many bytes come together before they are written.
  var pieceByteCount: Int { get }
  func write(_ bytes: RawSpan) throws(OutputError)
}

/// A file descriptor as a sink.
final class DescriptorSink: ByteSink {
  let pieceByteCount = 1 << 16
  private let descriptor: FileDescriptor

  init(_ descriptor: FileDescriptor = .standardOutput) {
    self.descriptor = descriptor
  }

  func write(_ bytes: RawSpan) throws(OutputError) {
    do {
      _ = try unsafe bytes.withUnsafeBytes { unsafe try descriptor.writeAll($0) }
    } catch {
      let errno = error as? Errno ?? .ioError
      throw errno == .brokenPipe ? .closed : .failed(errno)
    }
  }
}

/// Bytes on their way to a sink, written in large pieces.
///
/// Appending can't fail; ``endPiece()`` and ``flush()`` write.
struct OutputBuffer: ~Copyable {
  private let limit: Int
  private let sink: any ByteSink
  /// What has not been written.
  var buffer = ByteBuffer()

  init(_ sink: any ByteSink = DescriptorSink()) {
    self.sink = sink
    limit = sink.pieceByteCount
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    buffer.append(byte)
  }

  @inline(__always)
  mutating func append(_ more: RawSpan) {
    buffer.append(more)
  }

  @inline(__always)
  mutating func append(_ first: RawSpan, _ second: RawSpan, _ last: UInt8) {
    buffer.append(first, second, last)
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(unsafe RawSpan(_unsafeStart: text.utf8Start, byteCount: text.utf8CodeUnitCount))
  }

  mutating func append(_ text: String) {
    append(text.utf8Span.span.raw)
  }

  mutating func append(_ more: [UInt8]) {
    append(more.raw)
  }

  /// Appends `value` in decimal digits, at least `width` cells wide with blanks in front.
  mutating func append(_ value: some FixedWidthInteger, width: Int = 0) {
    var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0)
    var start = 20
    var rest = value.magnitude
    repeat {
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    let length = 20 - start + (value < 0 ? 1 : 0)
    for _ in 0..<max(0, width - length) { append(UInt8(ascii: " ")) }
    if value < 0 { append(UInt8(ascii: "-")) }
    append(digits.span.raw.extracting(start..<20))
  }

  /// Says that a line or an object is complete. Writes if much has come together.
  @inline(__always)
  mutating func endPiece() throws(OutputError) {
    if buffer.count >= limit { try flush() }
  }

  /// Writes all that is left.
  mutating func flush() throws(OutputError) {
    defer { buffer.removeAll() }
    try sink.write(buffer.bytes)
  }
}
