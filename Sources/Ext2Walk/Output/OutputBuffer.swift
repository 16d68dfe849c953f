import FolioCore
import SystemPackage

/// Why output ended early.
enum OutputError: Error {
  /// Whoever read it has gone: no error, nothing more to say.
  case closed
  case failed(Errno)
}

/// Bytes on their way to a file descriptor, written in large pieces.
///
/// Appending can't fail; ``endPiece()`` and ``flush()`` write.
struct OutputBuffer: ~Copyable {
  private static var limit: Int { 1 << 16 }
  private let descriptor: FileDescriptor
  private var bytes: [UInt8] = []

  init(_ descriptor: FileDescriptor = .standardOutput) {
    self.descriptor = descriptor
    bytes.reserveCapacity(Self.limit + Self.limit / 4)
  }

  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
  }

  mutating func append(_ text: StaticString) {
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ more: [UInt8]) {
    bytes.append(contentsOf: more)
  }

  mutating func append(_ more: RawSpan) {
    unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
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
    for _ in 0..<max(0, width - length) { bytes.append(UInt8(ascii: " ")) }
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    append(digits.span.raw.extracting(start..<20))
  }

  /// Says that a line or an object is complete. Writes if much has come together.
  mutating func endPiece() throws(OutputError) {
    if bytes.count >= Self.limit { try flush() }
  }

  /// Writes all that is left.
  mutating func flush() throws(OutputError) {
    defer { bytes.removeAll(keepingCapacity: true) }
    do {
      let descriptor = descriptor
      try descriptor.writeAll(bytes)
    } catch {
      let errno = error as? Errno ?? .ioError
      throw errno == .brokenPipe ? .closed : .failed(errno)
    }
  }
}
