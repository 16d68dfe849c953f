package import FolioCore

extension FileType {
  /// The word for it, in messages and in JSON.
  package var word: StaticString {
    switch self {
    case .unknown: "unknown"
    case .regular: "regular"
    case .directory: "directory"
    case .character: "character"
    case .block: "block"
    case .fifo: "fifo"
    case .socket: "socket"
    case .symlink: "symlink"
    }
  }
}
