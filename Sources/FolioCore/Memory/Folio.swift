public import SystemPackage

/// 2^n page frames that hold one block.
///
/// Mirrors `struct folio`. A block smaller than a page takes one frame and leaves the rest of it
/// alone. A folio is filled from its front, page by page, and only as far as somebody reads: see
/// ``fill(through:from:)``. Its frames go back to the arena when it goes away.
public struct Folio: ~Copyable {
  /// Where the frames are.
  public let arena: PageArena
  /// The frames, in the order of the folio's pages.
  public let frames: Range<Int>
  /// The size of the block the folio holds, in bytes.
  public let byteCount: Int
  /// How many bytes, from the front, have been read so far.
  public private(set) var filledByteCount = 0

  /// Allocates a folio for a block of `byteCount` bytes.
  ///
  /// - Parameter byteCount: a power of two.
  /// - Throws: `.noMemory` where the arena has no run of frames left for it.
  public init(byteCount: Int, in arena: PageArena) throws(Errno) {
    precondition(byteCount > 0 && byteCount.nonzeroBitCount == 1, "a folio of \(byteCount) bytes")
    guard let frames = arena.allocateFrames(arena.pageSize.pageCount(for: byteCount)) else { throw .noMemory }
    self.arena = arena
    self.frames = frames
    self.byteCount = byteCount
  }

  deinit {
    arena.freeFrames(frames)
  }

  /// How many pages the folio has, as `folio_nr_pages()`.
  public var pageCount: Int { frames.count }

  /// Whether the folio has more than one page, as `folio_test_large()`.
  public var isLarge: Bool { pageCount > 1 }

  /// How many of its pages have been read.
  public var filledPageCount: Int { arena.pageSize.pageCount(for: filledByteCount) }

  /// Forgets the contents, so that the folio can hold another block.
  public mutating func clear() {
    filledByteCount = 0
  }

  /// Reads pages until the first `byteCount` bytes are there. Does nothing where they are.
  ///
  /// Bytes that a mapping shows change under it, as they do in the page cache; those already filled don't.
  ///
  /// - Parameter byteCount: from 0 to the folio's ``byteCount``.
  /// - Throws: what `source` threw. The pages before the one that failed stay filled.
  /// - Complexity: one call of `source` a page. No copies.
  public mutating func fill<Source: PageSource & ~Copyable>(
    through byteCount: Int, from source: inout Source
  ) throws(Source.Failure) {
    precondition(byteCount <= self.byteCount, "filling \(byteCount) bytes of a folio of \(self.byteCount)")
    let step = min(arena.pageSize.byteCount, self.byteCount)
    while filledByteCount < byteCount {
      let frame = frames.lowerBound + arena.pageSize.pageIndex(of: filledByteCount)
      var page = unsafe MutableRawSpan(_unsafeStart: arena.directAddress(ofFrame: frame), byteCount: step)
      try source.read(into: &page, atFolioOffset: filledByteCount)
      filledByteCount += step
    }
  }
}
