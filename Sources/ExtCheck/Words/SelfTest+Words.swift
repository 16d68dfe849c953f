import ExtVolume
import FolioCore

extension SelfTest {
  /// What was made, in a sentence.
  package var description: String {
    let made = "made a file system of \(blockSize)-byte blocks: \(Self.phases.count) directories"
    let pages = "pages of \(pageSize.byteCount) bytes"
    guard crossingRecords > 0 else { return "\(made); with \(pages) no record can cross one" }
    let boundaries = blockSize.byteCount / pageSize.byteCount - 1
    let (which, place) =
      boundaries == 1 ? ("the one boundary", "it") : ("all \(boundaries) boundaries", "them")
    return "\(made), each with records across \(which) of \(pages), beginning 4 to 260 bytes before \(place)"
  }
}

extension SelfTestError {
  /// What was being done, and why that failed.
  package var description: String {
    switch self {
    case .temporaryFile(let errno, let directory), .temporaryLength(let errno, let directory):
      "making a temporary file in \(directory): \(errno)"
    case .fileSystem(let error): error.description
    }
  }
}
