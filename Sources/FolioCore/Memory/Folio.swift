public import Basics
public import SystemPackage

/// 2^n page frames that hold one block.
///
/// Mirrors `struct folio`. A block smaller than a page takes one frame and leaves the rest of it
/// alone. A folio is filled from its front, page by page, and only as far as somebody reads: see
/// ``fill(through:from:)``. Its frames go back to the arena when it goes away, which traps while it is mapped.
@safe
public struct Folio: ~Copyable {
  /// Where the frames are.
  public let arena: PageArena
  /// The frames, in the order of the folio's pages. In low memory they are neighbours.
  public let frames: [Int]
  /// The size of the block the folio holds, in bytes.
  public let byteCount: Int
  /// How many bytes, from the front, have been read so far.
  @inlinable
  public var filledByteCount: Int { filled }

  @usableFromInline
  var filled: Int
  // The permanent address of the first page, and with it of all; nil in high memory.
  @usableFromInline
  let address: UnsafeMutableRawPointer?
  // What is read for frames without an address, on its way there; empty in low memory.
  @usableFromInline
  var staging: [UInt8]

  /// Allocates a folio for a block of `byteCount` bytes.
  ///
  /// - Parameters:
  ///   - byteCount: a power of two.
  ///   - arena: where its frames come from.
  /// - Throws: `.noMemory` where the arena has no frames left for it, or the system no memory for high frames.
  public init(byteCount: Int, in arena: PageArena) throws(Errno) {
    precondition(byteCount > 0 && byteCount.nonzeroBitCount == 1, "a folio of \(byteCount) bytes")
    guard let frames = arena.allocateFrames(arena.pageSize.pageCount(for: byteCount)) else { throw .noMemory }
    if arena.memory == .high {
      do throws(Errno) {
        for frame in frames {
          try arena.file.populate(frame << arena.pageSize.shift, arena.pageSize.byteCount)
        }
      } catch {
        arena.freeFrames(frames)
        throw error
      }
    }
    self.arena = arena
    self.frames = frames
    self.byteCount = byteCount
    filled = 0
    unsafe address = unsafe arena.directAddress(ofFrame: frames[0])
    staging =
      arena.memory == .high ? Array(repeating: 0, count: min(arena.pageSize.byteCount, byteCount)) : []
  }

  deinit {
    trapUnless(!arena.isPinned(frames), "a folio goes away while it is mapped")
    arena.freeFrames(frames)
  }

  /// How many pages the folio has, as `folio_nr_pages()`.
  public var pageCount: Int { frames.count }

  /// Whether the folio has more than one page, as `folio_test_large()`.
  public var isLarge: Bool { pageCount > 1 }

  /// Whether its pages have no permanent address, as `folio_test_highmem()`.
  public var isHighMemory: Bool { arena.memory == .high }

  /// How many of its pages have been read.
  public var filledPageCount: Int { arena.pageSize.pageCount(for: filledByteCount) }

  /// The frames as runs of neighbours: one for each piece that can be mapped by one call.
  public var contiguousRuns: [Range<Int>] {
    var runs: [Range<Int>] = []
    // Frames that stand apart may come in any order: only those that follow one another are merged.
    for frame in frames { runs.appendMerging(frame..<frame + 1) }
    return runs
  }

  /// Forgets the contents, so that the folio can hold another block. Traps while the folio is mapped.
  public mutating func clear() {
    trapUnless(!arena.isPinned(frames), "a folio is cleared while it is mapped")
    filled = 0
  }

  /// Reads pages until the first `byteCount` bytes are there. Does nothing where they are.
  ///
  /// Bytes that a mapping shows change under it, as they do in the page cache; those already filled don't.
  ///
  /// - Parameters:
  ///   - byteCount: from 0 to the folio's ``byteCount``.
  ///   - source: what is asked for each page that is not there yet.
  /// - Throws: what `source` threw. The pages before the one that failed stay filled.
  /// - Complexity: one call of `source` a page. No copies in low memory; in high memory, where a device would
  ///   reach the frame without an address, one copy and one system call a page.
  @inlinable
  public mutating func fill<Source: PageSource & ~Copyable>(
    through byteCount: Int, from source: inout Source
  ) throws(Source.Failure) {
    precondition(byteCount <= self.byteCount, "filling \(byteCount) bytes of a folio of \(self.byteCount)")
    let step = min(arena.pageSize.byteCount, self.byteCount)
    while filled < byteCount {
      let offset = filled
      if let address = unsafe address {
        let memory = unsafe UnsafeMutableRawBufferPointer(start: address + offset, count: step)
        var page = unsafe memory.mutableBytes
        try source.read(into: &page, atFolioOffset: offset)
      } else {
        try staging.withMutableRaw(0..<step) { (page) throws(Source.Failure) in
          try source.read(into: &page, atFolioOffset: offset)
        }
        store(staging.raw, inFrame: frames[arena.pageSize.pageIndex(of: offset)])
      }
      filled += step
    }
  }

  @usableFromInline
  func store(_ bytes: RawSpan, inFrame frame: Int) {
    do throws(Errno) {
      try arena.file.write(bytes, at: frame << arena.pageSize.shift)
    } catch {
      fatalError("frame \(frame), which has its memory since the folio was made, can't be written: \(error)")
    }
  }
}
