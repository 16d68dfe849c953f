/// The file type a record names, in the words of the output.
///
/// Mirrors `EXT2_FT_…` and `fs_ftype_to_dtype()`.
public enum FileType: UInt8, CaseIterable, Sendable {
  case unknown = 0
  case regular = 1
  case directory = 2
  case character = 3
  case block = 4
  case fifo = 5
  case socket = 6
  case symlink = 7

  /// The type that a record's byte 7 stands for; a value that no implementation writes is `unknown`.
  @inlinable
  public init(code: UInt8) {
    self = FileType(rawValue: code) ?? .unknown
  }
}
