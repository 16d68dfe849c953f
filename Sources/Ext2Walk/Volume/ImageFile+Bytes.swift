import FolioCore

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
}
