import Synchronization
public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Physical memory for folios: a memfd of page frames, mapped once and for ever (the *direct map*).
///
/// Mirrors what `alloc_pages()` hands out from and the kernel's linear mapping of low memory. All of
/// it is reserved at once and used only where it is touched.
public final class PageArena: Sendable {
  /// The size of a frame: the host's page size or a multiple of it.
  public let pageSize: PageSize
  /// How many frames there are.
  public let frameCount: Int

  private let file: MemoryFile
  private let directMap: DirectMap
  private let freeFrames: Mutex<FreeFrames>

  /// Makes an arena of `frameCount` frames, all free.
  ///
  /// - Parameters:
  ///   - frameCount: from 1 to 2^24.
  ///   - pageSize: a multiple of the host's page size.
  /// - Throws: the system's error if it has no memfd or no address space for this.
  public init(frameCount: Int, pageSize: PageSize = .host) throws(Errno) {
    precondition((1...(1 << 24)).contains(frameCount), "an arena has 1 to 2^24 frames, not \(frameCount)")
    precondition(
      pageSize.shift >= PageSize.host.shift,
      "frames of \(pageSize.byteCount) bytes are smaller than this host's pages of \(PageSize.host.byteCount)"
    )
    self.pageSize = pageSize
    self.frameCount = frameCount
    file = try MemoryFile(byteCount: frameCount << pageSize.shift)
    directMap = unsafe DirectMap(memory: try file.mapAll())
    freeFrames = Mutex(FreeFrames(count: frameCount))
  }

  /// Takes `count` neighbouring frames; nil where no such run is free.
  func allocateFrames(_ count: Int) -> Range<Int>? {
    freeFrames.withLock { $0.take(count) }
  }

  /// Gives frames back.
  func freeFrames(_ frames: Range<Int>) {
    freeFrames.withLock { $0.give(frames) }
  }

  /// The permanent address of `frame`, as `page_address()`.
  func directAddress(ofFrame frame: Int) -> UnsafeMutableRawPointer {
    precondition((0..<frameCount).contains(frame), "frame \(frame) of an arena of \(frameCount)")
    return unsafe directMap.memory.baseAddress.unsafelyUnwrapped + frame << pageSize.shift
  }
}

/// The one mapping of a whole arena; undone when the arena goes away.
@safe
private struct DirectMap: ~Copyable, @unchecked Sendable {
  let memory: UnsafeMutableRawBufferPointer

  init(memory: UnsafeMutableRawBufferPointer) {
    unsafe self.memory = unsafe memory
  }

  deinit {
    // The range is one that mmap returned, so munmap has nothing to refuse.
    _ = unsafe munmap(memory.baseAddress.unsafelyUnwrapped, memory.count)
  }
}

/// Which frames of an arena are free; first fit.
private struct FreeFrames: Sendable {
  private var isFree: [Bool]

  init(count: Int) {
    isFree = Array(repeating: true, count: count)
  }

  mutating func take(_ count: Int) -> Range<Int>? {
    var runStart = 0
    for frame in isFree.indices {
      guard isFree[frame] else {
        runStart = frame + 1
        continue
      }
      if frame + 1 - runStart == count {
        let run = runStart..<(frame + 1)
        for taken in run { isFree[taken] = false }
        return run
      }
    }
    return nil
  }

  mutating func give(_ frames: Range<Int>) {
    for frame in frames {
      precondition(!isFree[frame], "frame \(frame) is given back twice")
      isFree[frame] = true
    }
  }
}
