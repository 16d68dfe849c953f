import ExtVolume
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that has no name, and is gone with its value.
struct TemporaryFile: ~Copyable {
  /// Where it can be opened from, in this process.
  let location: ImageLocation
  private let descriptor: FileDescriptor

  /// - Parameters:
  ///   - directory: where it takes its space.
  ///   - byteCount: how long it is: a hole, as long as nobody writes to it.
  init(in directory: String, byteCount: Int) throws(SelfTestError) {
    var template = Array("\(directory)/ext2walk-XXXXXX".utf8CString)
    let number = unsafe mkstemp(&template)
    guard number >= 0 else {
      throw .temporaryFile(Errno(rawValue: errno), in: FilePath(directory))
    }
    guard unsafe unlink(template) == 0, ftruncate(number, off_t(byteCount)) == 0,
      let location = ImageLocation(argument: Array("/proc/self/fd/\(number)".utf8), offset: nil)
    else {
      let reason = Errno(rawValue: errno)
      _ = close(number)
      throw .temporaryLength(reason, in: FilePath(directory))
    }
    self.location = location
    descriptor = FileDescriptor(rawValue: number)
  }

  deinit {
    // Nobody will read what a write could still fail to keep.
    try? descriptor.close()
  }
}
