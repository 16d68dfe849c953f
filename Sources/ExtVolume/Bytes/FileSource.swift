import Basics
import CSupport
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file or block device, open for reading only until nobody has it any more.
package final class FileSource: ByteSource {
  /// How long it was when it was opened, in bytes.
  package let byteCount: UInt64
  private let descriptor: FileDescriptor

  package init(path: FilePath) throws(VolumeError) {
    let opened: FileDescriptor
    do {
      // A pipe that nobody writes to would never be opened otherwise.
      opened = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch {
      // swift-system throws nothing else.
      let errno = error as? Errno ?? .ioError
      let isDevice = errno == .permissionDenied && Self.isBlockDevice(path)
      throw .failed(errno, doing: .openImage(isDevice: isDevice))
    }
    let size: UInt64
    do throws(VolumeError) {
      size = try Self.size(of: opened)
      guard size > 0 else { throw .unfit(.empty) }
    } catch {
      // The error that is thrown says more than one of closing.
      try? opened.close()
      throw error
    }
    byteCount = size
    descriptor = opened
  }

  deinit {
    // Open for reading only: closing it can't lose anything.
    try? descriptor.close()
  }

  package var file: FileSource? { self }

  /// Reads all of `destination` from `position`.
  ///
  /// One system call where the system gives all at once, as it does for files and devices.
  package func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
    try checkBounds(destination.byteCount, at: position)
    let number = descriptor.rawValue
    try unsafe Self.readAll(into: &destination, at: position) { (buffer, position) in
      unsafe pread(number, buffer.baseAddress, buffer.count, off_t(position.rawValue))
    }
  }

  /// Reads all of `destination` by a call that may give less than it is asked for, as pread(2).
  @inline(__always)
  static func readAll(
    into destination: inout MutableRawSpan, at position: BytePosition,
    by pread: (UnsafeMutableRawBufferPointer, BytePosition) -> Int
  ) throws(ReadError) {
    var done = 0
    try unsafe destination.withUnsafeMutableBytes { (buffer) throws(ReadError) in
      while done < buffer.count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let count = unsafe pread(rest, position + UInt64(done))
        if count < 0 {
          if errno == EINTR { continue }
          throw .system(Errno(rawValue: errno), position: position + UInt64(done))
        }
        // It was as long as that when it was opened: somebody cuts it while we read.
        guard count > 0 else {
          throw .pastEnd(position: position + UInt64(done), byteCount: (position + UInt64(done)).rawValue)
        }
        done += count
      }
    }
  }

  /// As `posix_fadvise(POSIX_FADV_WILLNEED)`, of which Linux takes no more at a time than it would read ahead by itself.
  package func willNeed(_ range: Range<BytePosition>) {
    var rest = range.clamped(to: 0..<self.end)
    while !rest.isEmpty {
      let next = rest.lowerBound.alignedDown(to: Self.usualReadAhead) + Self.usualReadAhead
      let end = min(rest.upperBound, next)
      _ = posix_fadvise(
        descriptor.rawValue, off_t(rest.lowerBound.rawValue), off_t(end - rest.lowerBound),
        POSIX_FADV_WILLNEED)
      rest = end..<rest.upperBound
    }
  }

  /// What Linux reads ahead where nobody has said otherwise: `read_ahead_kb` of 128.
  private static var usualReadAhead: UInt64 { 128 << 10 }

  /// As `queue/rotational` of the device tells, or of the one that the file stands on; see sysfs-block(5).
  package var isRotational: Bool {
    guard let facts else { return false }
    let device = MountTable.Device(facts.st_mode & S_IFMT == S_IFBLK ? facts.st_rdev : facts.st_dev)
    let directory = FilePath("/sys/dev/block/\(device.major):\(device.minor)")
    // A partition has the queue of its disk.
    return ["queue/rotational", "../queue/rotational"].contains { queue in
      ProcFile.contents(of: directory.appending(queue)).hasPrefix("1")
    }
  }

  /// As cachestat(2) tells and, where the system doesn't, `preadv2(RWF_NOWAIT)`.
  ///
  /// In this order: Linux begins to read a page that `preadv2` doesn't find, and then counts it. And it doesn't read a page without
  /// waiting from which it would read ahead.
  package func isInMemory(at position: BytePosition) -> Bool {
    let count = csupport_cached_page_count(descriptor.rawValue, position.rawValue, 1)
    if count >= 0 { return count > 0 }
    var byte: UInt8 = 0
    return unsafe withUnsafeMutableBytes(of: &byte) { byte in
      var part = unsafe iovec(iov_base: byte.baseAddress, iov_len: byte.count)
      let flags = CSUPPORT_RWF_NOWAIT
      return unsafe preadv2(descriptor.rawValue, &part, 1, off_t(clamping: position.rawValue), flags) >= 0
    }
  }

  /// As `lseek(SEEK_DATA)` tells, which knows the holes of a sparse file.
  package func nextData(from position: BytePosition) -> BytePosition? {
    guard position < end else { return nil }
    let found = lseek(descriptor.rawValue, off_t(position.rawValue), CSUPPORT_SEEK_DATA)
    if found >= 0 { return max(position, BytePosition(found)) }
    return errno == ENXIO ? nil : position
  }

  /// As `lseek(SEEK_HOLE)` tells.
  package func dataEnd(from position: BytePosition) -> BytePosition {
    let hole = lseek(descriptor.rawValue, off_t(position.rawValue), CSUPPORT_SEEK_HOLE)
    return hole < 0 ? end : BytePosition(hole)
  }

  /// Whether `path` leads to this very file or device.
  package func isSameFile(as path: FilePath) -> Bool {
    var theirs = stat()
    let code = unsafe path.withPlatformString { unsafe stat($0, &theirs) }
    guard code == 0, let ours = facts else { return false }
    return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino
  }

  /// What the system says of it.
  var facts: stat? {
    var facts = stat()
    return unsafe fstat(descriptor.rawValue, &facts) == 0 ? facts : nil
  }

  private static func isBlockDevice(_ path: FilePath) -> Bool {
    var facts = stat()
    return unsafe path.withPlatformString { unsafe stat($0, &facts) } == 0
      && facts.st_mode & S_IFMT == S_IFBLK
  }

  private static func size(of descriptor: FileDescriptor) throws(VolumeError) -> UInt64 {
    var facts = stat()
    guard unsafe fstat(descriptor.rawValue, &facts) == 0 else {
      throw .failed(Errno(rawValue: errno), doing: .openImage(isDevice: false))
    }
    switch facts.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK:
      let end = lseek(descriptor.rawValue, 0, SEEK_END)
      guard end >= 0 else { throw .failed(Errno(rawValue: errno), doing: .findSize) }
      return UInt64(end)
    case S_IFDIR: throw .unfit(.directory)
    default: throw .unfit(.special)
    }
  }
}
