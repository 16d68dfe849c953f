/// A folio at an address, whole.
///
/// Mirrors what the proposed `folio_map_local()` returns, with the lifetime the kernel can only ask for:
/// ``bytes`` can't outlive the mapping, or it does not compile. Undone by ``FolioMapper/unmap(_:)``; one that
/// is dropped instead traps, for its slot or range would be lost.
@safe
public struct FolioMapping: ~Copyable {
  let start: UnsafeRawPointer
  let frames: [Int]
  private let byteCount: Int
  // Keeps the memory mapped for as long as this value is.
  let mapper: FolioMapper
  private var isMapped = true

  init(start: UnsafeRawPointer, folio: borrowing Folio, mapper: FolioMapper) {
    unsafe self.start = unsafe start
    frames = folio.frames
    byteCount = folio.byteCount
    self.mapper = mapper
  }

  deinit {
    trapUnless(!isMapped, "a mapping was dropped without being undone")
  }

  /// The folio's bytes, from its first page to its last, which stays as long as it is mapped. Those past its `filledByteCount` say nothing.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let whole = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
      return unsafe _overrideLifetime(whole.bytes, borrowing: self)
    }
  }

  /// What the mapping took: decided by its address, as `is_vmalloc_addr()` decides.
  public var place: MappedPlace { unsafe mapper.place(of: start, pageCount: frames.count) }

  /// Ends the mapping without a trap, after its mapper has undone it.
  consuming func forget() {
    isMapped = false
  }
}

/// What a mapping took of the address space. Frames, slots and pages count from 0.
public enum MappedPlace: Hashable, Sendable {
  /// Nothing: the frames' permanent addresses.
  case directMap(frames: Range<Int>)
  /// Slots of the window.
  case slots(Range<Int>)
  /// Pages of the vmap area, the guard page not counted.
  case vmapArea(pages: Range<Int>)
}
