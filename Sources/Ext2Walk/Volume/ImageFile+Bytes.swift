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

  /// Why the bytes at `position` that would tell what begins there can't be read, where the system refuses them.
  func readFailure(at position: UInt64 = 0) -> Errno? {
    guard position < byteCount else { return nil }
    let count = min(byteCount - position, SuperblockFacts.position + UInt64(SuperblockFacts.byteCount))
    do throws(ImageReadError) {
      _ = try bytes(Int(count), at: position)
      return nil
    } catch {
      if case .system(let errno, _) = error { return errno }
      return nil
    }
  }
}
