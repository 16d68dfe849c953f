public import Basics

/// The number of an inode: 1 to as many as the file system has. 0 stands for none.
public struct InodeNumber: Ordinal {
  /// As it is on disk.
  public let rawValue: UInt32

  /// The inode of this number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The inode whose blocks are those that can't be used.
  public static var badBlocks: InodeNumber { 1 }
  /// The root directory.
  public static var root: InodeNumber { 2 }
}
