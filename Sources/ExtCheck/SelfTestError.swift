package import ExtVolume
package import SystemPackage

/// Why the self-test could not be made. Its sentences are in `Words/SelfTest+Words.swift`.
package enum SelfTestError: ImageError {
  /// A temporary file can't be made in a directory.
  case temporaryFile(Errno, in: FilePath)
  /// It was made, and can't be given its length.
  case temporaryLength(Errno, in: FilePath)
  /// libext2fs can't make the file system.
  case fileSystem(VolumeError)

  package var advice: Advice? {
    switch self {
    case .temporaryFile(let errno, _):
      VolumeError.Limit(errno).map { .more($0) } ?? .otherTemporaryDirectory
    case .temporaryLength(let errno, _): VolumeError.Limit(errno).map { .more($0) }
    case .fileSystem(let error): error.advice
    }
  }
}
