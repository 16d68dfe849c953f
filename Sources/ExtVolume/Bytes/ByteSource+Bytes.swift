import Basics
package import SystemPackage

extension ByteSource {
  /// Reads `count` bytes from `position`.
  ///
  /// - Parameter count: one that the caller vouches for, not the image.
  package func bytes(_ count: Int, at position: BytePosition) throws(ReadError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableRaw(bytes.indices) { (span) throws(ReadError) in
      try read(into: &span, at: position)
    }
    return bytes
  }

  /// Reads `count` bytes from `position` where one looks for something that need not be there: nil where the image ends
  /// before, or where the system refuses them.
  ///
  /// - Parameter failure: keeps the first refusal of the system.
  package func probe(_ count: Int, at position: BytePosition, _ failure: inout DeviceReadError?) -> [UInt8]? {
    do throws(ReadError) {
      return try bytes(count, at: position)
    } catch {
      if case .system(let errno, let position) = error, failure == nil {
        failure = DeviceReadError(errno: errno, position: positionOnDevice(of: position))
      }
      return nil
    }
  }
}

/// A read that the system refused while one looked at what an image is.
package struct DeviceReadError: Error, Hashable {
  package let errno: Errno
  /// In bytes from the start of the file or device.
  package let position: BytePosition
}
