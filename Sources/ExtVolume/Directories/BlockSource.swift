import Basics
package import FolioCore

/// A block of an image as a source of pages.
package struct BlockSource: PageSource {
  private let volume: Volume
  /// Where the block begins, in bytes from the start of the file system.
  private let position: BytePosition

  /// - Parameter block: one that the block map let through.
  package init(_ block: BlockNumber, on volume: Volume) {
    guard let position = volume.position(ofBlock: block) else {
      preconditionFailure("the block map let block \(block) through")
    }
    self.volume = volume
    self.position = position
  }

  package mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) throws(ReadError) {
    try volume.image.read(into: &page, at: position + UInt64(offset))
  }
}
