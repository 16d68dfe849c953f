package import ExtVolume
package import SystemPackage

/// Why the self-test could not be made.
package enum SelfTestError: ImageError {
  /// A temporary file can't be made in a directory.
  case temporaryFile(Errno, in: FilePath)
  /// It was made, and can't be given its length.
  case temporaryLength(Errno, in: FilePath)
  /// libext2fs can't make the file system.
  case fileSystem(VolumeError)

  package var description: String {
    switch self {
    case .temporaryFile(let errno, let directory):
      let advice = VolumeError.Limit(errno).map(\.advice) ?? "TMPDIR says where another can be made"
      return "making a temporary file in \(directory): \(errno); \(advice)"
    case .temporaryLength(let errno, let directory):
      let advice = VolumeError.Limit(errno).map { "; \($0.advice)" } ?? ""
      return "making a temporary file in \(directory): \(errno)\(advice)"
    case .fileSystem(let error): return error.description
    }
  }
}
