import Basics
import FolioCore
import SystemPackage

extension ImageFile {
  /// Reads `count` bytes from `position`, which counts from the start of the file system.
  ///
  /// - Parameter count: one that the caller vouches for, not the image.
  func bytes(_ count: Int, at position: UInt64) throws(ImageReadError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableRaw(bytes.indices) { (span) throws(ImageReadError) in
      try read(into: &span, at: position)
    }
    return bytes
  }

  /// Reads `count` bytes from `position` where one looks for something that need not be there: nil where the image ends
  /// before, or where the system refuses them.
  ///
  /// - Parameter failure: keeps the first refusal of the system.
  func probe(_ count: Int, at position: UInt64, _ failure: inout FailedRead?) -> [UInt8]? {
    do throws(ImageReadError) {
      return try bytes(count, at: position)
    } catch {
      if case .system(let errno, let position) = error, failure == nil {
        failure = FailedRead(errno: errno, position: location.offset + position)
      }
      return nil
    }
  }
}

/// A read that the system refused while one looked at what an image is.
struct FailedRead: Equatable, CustomStringConvertible {
  let errno: Errno
  /// In bytes from the start of the file or device.
  let position: UInt64

  var description: String { "\(errno) at byte \(position)" }
}
