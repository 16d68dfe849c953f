import Synchronization
public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Physical memory for folios: a memfd of page frames.
///
/// Frames below the high-memory line are mapped once and for ever (the *direct map*); frames above it have no address
/// until somebody maps them. Mirrors what `alloc_pages()` hands out from and the kernel's linear mapping of low memory.
public final class PageArena: Sendable {
  /// The size of a frame: the host's page size or a multiple of it.
  public let pageSize: PageSize
  /// How many frames there are.
  public let frameCount: Int
  /// Where the high-memory line is.
  public let memory: MemoryModel

  let file: MemoryFile
  private let directMap: DirectMap?
  private let freeFrames: Mutex<FreeFrames>

  /// Makes an arena of `frameCount` frames, all free. No frame takes memory until it is written.
  ///
  /// - Parameters:
  ///   - frameCount: from 1 to 2^24.
  ///   - pageSize: a multiple of the host's page size.
  ///   - memory: whether frames have permanent addresses.
  ///   - frameOrder: only high memory can be scattered: low memory's folios are neighbours, or the direct map would
  ///     not show them whole.
  /// - Throws: the system's error if it has no memfd or no address space for this.
  public init(
    frameCount: Int, pageSize: PageSize = .host, memory: MemoryModel = .direct,
    frameOrder: FrameOrder = .inOrder
  ) throws(Errno) {
    precondition((1...(1 << 24)).contains(frameCount), "an arena has 1 to 2^24 frames, not \(frameCount)")
    precondition(
      pageSize.shift >= PageSize.host.shift,
      "frames of \(pageSize.byteCount) bytes are smaller than this host's pages of \(PageSize.host.byteCount)"
    )
    precondition(memory == .high || frameOrder == .inOrder, "only high memory can be scattered")
    self.pageSize = pageSize
    self.frameCount = frameCount
    self.memory = memory
    file = try MemoryFile(byteCount: frameCount << pageSize.shift)
    directMap = memory == .direct ? unsafe DirectMap(memory: try file.mapAll()) : nil
    freeFrames = Mutex(FreeFrames(count: frameCount, order: frameOrder))
  }

  /// Takes `count` frames; nil where that many can't be had.
  func allocateFrames(_ count: Int) -> [Int]? {
    freeFrames.withLock { $0.take(count) }
  }

  /// Gives frames back.
  func freeFrames(_ frames: [Int]) {
    freeFrames.withLock { $0.give(frames) }
  }

  /// Counts a mapping of `folio`, or the end of one: as long as there is one its frames hold what they hold.
  func pin(_ frames: [Int], by change: Int) {
    freeFrames.withLock { $0.pin(frames[0], by: change) }
  }

  func isPinned(_ frames: [Int]) -> Bool {
    freeFrames.withLock { $0.isPinned(frames[0]) }
  }

  /// The permanent address of `frame`, as `page_address()`; nil in high memory.
  func directAddress(ofFrame frame: Int) -> UnsafeMutableRawPointer? {
    precondition((0..<frameCount).contains(frame), "frame \(frame) of an arena of \(frameCount)")
    switch directMap {
    case .some(let map): return unsafe map.start + frame << pageSize.shift
    case .none: return nil
    }
  }

  /// The frame whose permanent address holds `address`; nil for any other address.
  func frame(atDirectAddress address: UnsafeRawPointer) -> Int? {
    switch directMap {
    case .some(let map):
      let distance = unsafe UnsafeRawPointer(map.start).distance(to: address)
      return (0..<frameCount << pageSize.shift).contains(distance) ? pageSize.pageIndex(of: distance) : nil
    case .none: return nil
    }
  }
}

/// The one mapping of a whole arena; undone when the arena goes away.
@safe
private struct DirectMap: ~Copyable, @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  private let byteCount: Int

  init(memory: UnsafeMutableRawBufferPointer) {
    unsafe start = unsafe memory.baseAddress.unsafelyUnwrapped
    byteCount = memory.count
  }

  deinit {
    // The range is one that mmap returned, so munmap has nothing to refuse.
    _ = unsafe munmap(start, byteCount)
  }
}
