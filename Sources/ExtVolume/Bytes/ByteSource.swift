import Basics
package import SystemPackage

/// Bytes that can be read at any position: a file or device, memory, or a part of another source.
///
/// Every byte of an image comes through one, those that libext2fs reads too. A source can be read by several threads at once.
package protocol ByteSource: Sendable {
  /// How many bytes there are, when it was opened.
  var byteCount: UInt64 { get }

  /// The file or device that the bytes come from, where they come from one: it is never written to. Each kind of source says it
  /// itself, so that none forgets.
  var file: FileSource? { get }

  /// Reads all of `destination` from `position`, or throws.
  func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError)

  /// Says that these bytes will be read soon, so that a disk has them by then. It is advice, and changes nothing else.
  func willNeed(_ range: Range<BytePosition>)

  /// Whether they stand on a disk with a head, which takes long to move. False where nobody knows.
  var isRotational: Bool { get }

  /// Whether the byte at `position` can be read without waiting for a device. False where nobody knows.
  func isInMemory(at position: BytePosition) -> Bool

  /// Where the next bytes at or after `position` are that were ever written; nil where none follow. `position` itself where
  /// nobody knows.
  func nextData(from position: BytePosition) -> BytePosition?

  /// Where the data that holds `position` ends: a hole of a sparse file follows, or nothing.
  func dataEnd(from position: BytePosition) -> BytePosition

  /// Where these bytes stand in the file or device, which says where its pages and sectors begin.
  func positionOnDevice(of position: BytePosition) -> BytePosition
}

extension ByteSource {
  package func willNeed(_ range: Range<BytePosition>) {}
  package var isRotational: Bool { file?.isRotational ?? false }
  package func nextData(from position: BytePosition) -> BytePosition? { position < end ? position : nil }
  package func dataEnd(from position: BytePosition) -> BytePosition { end }
  package func positionOnDevice(of position: BytePosition) -> BytePosition { position }

  /// The position after the last byte.
  package var end: BytePosition { BytePosition(byteCount) }

  /// Throws where a read of `count` bytes would leave the source.
  func checkBounds(_ count: Int, at position: BytePosition) throws(ReadError) {
    guard position <= end, end - position >= UInt64(count) else {
      throw .pastEnd(position: max(position, end), byteCount: byteCount)
    }
  }

  /// Whether at least `count` bytes were ever written: holes of a sparse file count nothing.
  func hasData(_ count: UInt64) -> Bool {
    guard count <= byteCount else { return false }
    var (position, found): (BytePosition, UInt64) = (0, 0)
    while found < count, let data = nextData(from: position) {
      position = max(data + 1, dataEnd(from: data))
      found += position - data
    }
    return found >= count
  }
}

/// Why bytes of an image could not be read. Positions are bytes from the start of the source, usually of the file system.
package enum ReadError: Error, Hashable {
  case system(Errno, position: BytePosition)
  case pastEnd(position: BytePosition, byteCount: UInt64)

  /// Whether it is for the same reason, wherever.
  func isLike(_ other: ReadError) -> Bool {
    switch (self, other) {
    case (.system(let one, _), .system(let two, _)): one == two
    case (.pastEnd, .pastEnd): true
    case (.system, .pastEnd), (.pastEnd, .system): false
    }
  }
}
