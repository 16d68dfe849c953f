import FolioCore

/// A block of an image as a source of pages.
struct BlockSource: PageSource {
  let volume: Volume
  /// Where the block begins, in bytes from the start of the file system.
  let position: UInt64

  mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) throws(ImageReadError) {
    try volume.image.read(into: &page, at: position + UInt64(offset))
  }
}
