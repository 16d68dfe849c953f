import ExtVolume
import FolioCore

/// What is known of an entry beyond its record.
struct InodeDetails {
  /// Nil where it wasn't asked for, or can't be read.
  var attributes: InodeAttributes?
  /// Of a symbolic link; nil where it wasn't asked for, or can't be read.
  var target: [UInt8]?
  /// Whether its inode was asked for and can't be read.
  var isUnread = false
}

extension InodeDetails? {
  /// The best that is known of the type of `entry`.
  func type(of entry: Entry) -> FileType {
    self?.attributes?.fileType ?? entry.type
  }
}
