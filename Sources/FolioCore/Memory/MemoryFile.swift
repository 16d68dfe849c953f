// The calls that only Linux has are here and nowhere else: a port is this file.

import CSupport
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Anonymous memory with a file descriptor, so that the same page can be mapped at several addresses.
///
/// Mirrors `memfd_create(2)`. Closed when the value goes away; mappings made of it stay valid.
struct MemoryFile: ~Copyable {
  let descriptor: FileDescriptor
  let byteCount: Int

  /// Makes a file of `byteCount` zero bytes, none of which takes memory until it is touched.
  ///
  /// - Throws: the system's error, such as `.noMemory` or, where a sandbox forbids memfds, `.notPermitted`.
  init(byteCount: Int) throws(Errno) {
    let number = unsafe memfd_create("ext2walk page arena", CSUPPORT_MFD_CLOEXEC)
    guard number >= 0 else { throw Errno(rawValue: errno) }
    guard ftruncate(number, byteCount) == 0 else {
      let failure = Errno(rawValue: errno)
      close(number)
      throw failure
    }
    descriptor = FileDescriptor(rawValue: number)
    self.byteCount = byteCount
  }

  deinit {
    // A memfd has nothing to write back: closing it can't lose anything.
    try? descriptor.close()
  }

  /// Maps all of the file, shared, for reading and writing, where the system likes.
  ///
  /// - Returns: memory of `byteCount` bytes, to be undone with `munmap`.
  func mapAll() throws(Errno) -> UnsafeMutableRawBufferPointer {
    let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.rawValue, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw Errno(rawValue: errno) }
    return unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  /// Takes memory for `byteCount` bytes at `offset` now, so that writing there can't fail for want of it.
  func populate(_ offset: Int, _ byteCount: Int) throws(Errno) {
    var code: Int32
    repeat {
      code = posix_fallocate(descriptor.rawValue, offset, byteCount)
    } while code == EINTR
    guard code == 0 else { throw Errno(rawValue: code) }
  }

  /// Writes `bytes` into a frame that has no address, as a device does that reads into high memory.
  func write(_ bytes: RawSpan, at offset: Int) throws(Errno) {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(Errno) in
      do {
        _ = unsafe try descriptor.writeAll(toAbsoluteOffset: Int64(offset), buffer)
      } catch {
        throw error as? Errno ?? .ioError
      }
    }
  }
}
