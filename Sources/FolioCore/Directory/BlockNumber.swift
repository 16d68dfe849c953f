public import Basics

/// A block of the file system, counted from 0.
public struct BlockNumber: Ordinal {
  /// The number, which stands on disk in 32, 48 or 64 bits.
  public let rawValue: UInt64

  /// The block of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A block of a file or a directory, counted from 0 there.
public struct LogicalBlock: Ordinal {
  /// The number, which stands on disk in 32, 48 or 64 bits.
  public let rawValue: UInt64

  /// The block of this number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}
