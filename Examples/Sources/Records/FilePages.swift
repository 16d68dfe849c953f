import FolioCore
import SystemPackage

/// A block of a file, read a page at a time.
struct FilePages: PageSource {
  let file: FileDescriptor
  /// Where the block begins, in bytes.
  let position: Int64

  func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) throws(Errno) {
    let (file, position) = (file, position)
    do {
      let count = try page.withUnsafeMutableBytes {
        try file.read(fromAbsoluteOffset: position + Int64(offset), into: $0)
      }
      guard count == page.byteCount else { throw Errno.ioError }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
