package import FolioCore

/// What is wrong with the map of a directory's blocks, or a part of it.
package enum BlockMapDamage: Equatable {
  /// A node of the extent tree has no header of a node of its depth.
  case nodeHeader
  /// A block that holds block numbers or extents turns up for the second time.
  case nodeTwice(BlockNumber)
  /// A block that holds contents turns up for the second time.
  case blockTwice(BlockNumber)
  /// A block where no contents can be.
  case impossible(BlockNumber)
  /// A block that the file system doesn't have.
  case outside(BlockNumber, blockCount: UInt64)
  /// A block that the file system has and the image hasn't.
  case afterImage(BlockNumber)
  /// An extent that was allocated and never written.
  case unwritten
  /// A long stretch of blocks that lie in a hole of the image.
  case neverWritten(BlockNumber)
  /// A node can't be read.
  indirect case unreadable(VolumeError)
  /// Extents hold so many blocks after later ones, where nobody looks for them.
  case misplaced(blockCount: UInt64)
  /// Extents of no length, which no kernel makes.
  case emptyExtents
  /// Blocks are mapped where the directory's size doesn't reach.
  case afterSize(byteCount: UInt64)

  /// Whether the same is wrong, perhaps with another block.
  func isLike(_ other: BlockMapDamage) -> Bool {
    switch (self, other) {
    case (.nodeHeader, .nodeHeader), (.nodeTwice, .nodeTwice), (.blockTwice, .blockTwice),
      (.impossible, .impossible), (.outside, .outside), (.afterImage, .afterImage),
      (.unwritten, .unwritten), (.neverWritten, .neverWritten), (.unreadable, .unreadable):
      true
    default: false
    }
  }
}
