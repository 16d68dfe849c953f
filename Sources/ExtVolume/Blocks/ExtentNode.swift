import Basics
package import FolioCore

/// A node of an extent tree: that of an inode, or a block of its own.
///
/// See `struct ext4_extent_header`, `struct ext4_extent` and `struct ext4_extent_idx`.
package struct ExtentNode: ~Escapable {
  /// Blocks in a row. Numbers and counts are in blocks.
  package struct Extent {
    package let logical: LogicalBlock
    /// 0 to 32768.
    package let count: UInt64
    /// Whether contents were ever written there.
    let isWritten: Bool
    package let physical: BlockNumber
  }

  /// A node below this one.
  package struct Child {
    /// Where its part begins.
    package let logical: LogicalBlock
    package let block: BlockNumber
  }

  private let bytes: RawSpan
  /// How many entries there are; there is room for them.
  package let entryCount: Int
  /// How many entries it says that there could be.
  let declaredRoom: Int
  /// How many nodes lie below: 0 where the entries are extents.
  package let depth: UInt16

  private static var magic: UInt16 { 0xF30A }
  private static var headerSize: Int { 12 }
  private static var entrySize: Int { 12 }
  private static var greatestDepth: UInt16 { 5 }
  private static var longestWrittenExtent: UInt64 { 32768 }

  /// How many entries a node of so many bytes has room for.
  package static func room(in byteCount: Int) -> Int { (byteCount - headerSize) / entrySize }

  /// Nil where there is no header of a node.
  ///
  /// - Parameter bytes: all of the node, at least 12 bytes.
  @_lifetime(copy bytes)
  package init?(_ bytes: RawSpan) {
    let entryCount = Int(bytes.littleEndian(at: 2, as: UInt16.self))
    let depth = bytes.littleEndian(at: 6, as: UInt16.self)
    guard bytes.littleEndian(at: 0, as: UInt16.self) == Self.magic,
      entryCount <= Self.room(in: bytes.byteCount), depth <= Self.greatestDepth
    else { return nil }
    self.bytes = bytes
    self.entryCount = entryCount
    self.depth = depth
    declaredRoom = Int(bytes.littleEndian(at: 4, as: UInt16.self))
  }

  /// The entry at `index`, of a node of depth 0.
  package func extent(_ index: Int) -> Extent {
    let at = Self.headerSize + index * Self.entrySize
    let rawCount = UInt64(bytes.littleEndian(at: at + 4, as: UInt16.self))
    let high = UInt64(bytes.littleEndian(at: at + 6, as: UInt16.self))
    let isWritten = rawCount <= Self.longestWrittenExtent
    return Extent(
      logical: logical(index), count: isWritten ? rawCount : rawCount - Self.longestWrittenExtent,
      isWritten: isWritten,
      physical: BlockNumber(UInt64(bytes.littleEndian(at: at + 8, as: UInt32.self)) | high << 32))
  }

  /// The entry at `index`, of a node of another depth.
  package func child(_ index: Int) -> Child {
    let at = Self.headerSize + index * Self.entrySize
    let high = UInt64(bytes.littleEndian(at: at + 8, as: UInt16.self))
    return Child(
      logical: logical(index),
      block: BlockNumber(UInt64(bytes.littleEndian(at: at + 4, as: UInt32.self)) | high << 32))
  }

  /// The logical block at which the part of the entry at `index` begins.
  package func logical(_ index: Int) -> LogicalBlock {
    LogicalBlock(bytes.littleEndian(at: Self.headerSize + index * Self.entrySize, as: UInt32.self))
  }
}
