import Basics

/// A folio of which never more than two pages are mapped at a time, each in a slot of the window.
///
/// The juggling that the proposal wants to avoid, for comparison: bytes within a page are shown where they are
/// mapped; those that cross a page are copied together. Moving on honours the stack: to let go of the page in front,
/// the one after it is undone first and mapped anew. Undone by ``unmap()``; one that is dropped instead traps.
@safe
public struct PagePairMapping: ~Copyable {
  @safe
  private struct MappedPage {
    let index: Int
    let address: UnsafeRawPointer
  }

  private let mapper: FolioMapper
  private let frames: [Int]
  private let pageSize: PageSize
  private let byteCount: Int
  // The pages mapped now, in the order they were mapped: two at most.
  private var mapped: [MappedPage]
  // Bytes that cross a page, copied together.
  private var scratch: [UInt8]
  private var showsScratch: Bool
  private var shownByteCount: Int
  private var isDone: Bool
  private var stopwatch: Stopwatch
  private var deepestSlotCount: Int

  /// What it has taken so far.
  public private(set) var cost: MappingCost

  /// Where in the folio ``bytes`` begin.
  public private(set) var start: Int

  /// Begins to map `folio`; so far no page of it is.
  ///
  /// - Parameters:
  ///   - folio: one of the mapper's arena.
  ///   - mapper: whose window the pages take slots of.
  ///   - isTimed: whether ``cost`` is to say how long it took.
  /// - Throws: a refusal where less than two slots are free.
  public init(_ folio: borrowing Folio, by mapper: FolioMapper, isTimed: Bool = false) throws(MappingRefusal)
  {
    trapUnless(folio.arena === mapper.arena, "the folio is in another arena")
    let needed = min(2, folio.pageCount)
    guard !folio.isHighMemory || mapper.freeSlotCount >= needed else {
      throw MappingRefusal(.pagePair, .slotsTaken(needed: needed, free: mapper.freeSlotCount))
    }
    self.mapper = mapper
    frames = folio.frames
    pageSize = folio.arena.pageSize
    byteCount = folio.byteCount
    mapped = []
    scratch = []
    showsScratch = false
    shownByteCount = 0
    isDone = false
    stopwatch = Stopwatch(isOn: isTimed)
    deepestSlotCount = 0
    cost = MappingCost()
    start = 0
    mapper.arena.pin(frames, by: 1)
  }

  deinit {
    trapUnless(isDone, "a mapping was dropped without being undone")
  }

  /// What the mapping has taken at the most: one or two slots, or the frames' permanent addresses.
  public var place: MappedPlace {
    if mapper.arena.memory == .direct { return .directMap(frames: frames[0]..<frames[0] + frames.count) }
    let first = LocalWindow.usableSlotCount - mapper.freeSlotCount - mapped.count
    return .slots(first..<first + deepestSlotCount)
  }

  /// What ``show(_:)`` has made visible. Bytes that were not filled say nothing.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      if showsScratch { return unsafe _overrideLifetime(scratch.raw, borrowing: self) }
      guard let page = mapped.last(where: { $0.index == pageSize.pageIndex(of: start) }) else {
        return unsafe _overrideLifetime(RawSpan(), borrowing: self)
      }
      let offset = start - page.index << pageSize.shift
      let shown = unsafe UnsafeRawBufferPointer(start: page.address + offset, count: shownByteCount)
      return unsafe _overrideLifetime(shown.bytes, borrowing: self)
    }
  }

  /// Makes `range` of the folio visible in ``bytes``, and with it the rest of its page if it lies within one.
  ///
  /// - Throws: a refusal where slots that were free are taken now.
  /// - Complexity: no copy within a page; `range.count` bytes are copied where it crosses.
  public mutating func show(_ range: Range<Int>) throws(MappingRefusal) {
    trapUnless(range.lowerBound >= 0 && range.upperBound <= byteCount, "bytes outside the folio")
    start = range.lowerBound
    showsScratch = false
    shownByteCount = 0
    let first = pageSize.pageIndex(of: range.lowerBound)
    let last = pageSize.pageIndex(of: max(range.lowerBound, range.upperBound - 1))
    if first == last {
      try map(first)
      shownByteCount = min((first + 1) << pageSize.shift, byteCount) - start
      return
    }
    scratch.removeAll(keepingCapacity: true)
    for page in first...last {
      let there = try map(page)
      let pageStart = page << pageSize.shift
      let part =
        max(range.lowerBound, pageStart) - pageStart..<min(range.upperBound, pageStart + pageSize.byteCount)
        - pageStart
      unsafe scratch.append(
        contentsOf: UnsafeRawBufferPointer(start: there.address + part.lowerBound, count: part.count))
    }
    showsScratch = true
  }

  /// Undoes what is mapped, the last page first.
  ///
  /// - Returns: what the mapping took, from its beginning to now.
  @discardableResult
  public consuming func unmap() -> MappingCost {
    unmapAll()
    isDone = true
    mapper.arena.pin(frames, by: -1)
    return cost
  }

  @discardableResult
  private mutating func map(_ page: Int) throws(MappingRefusal) -> MappedPage {
    if let there = mapped.first(where: { $0.index == page }) { return there }
    if mapped.count == 2 {
      // Only the last page can be let go. To keep it and let the first go, both are undone and it comes back.
      let previous = mapped[1].index
      unmapAll()
      if previous + 1 == page { try push(previous) }
    } else if let only = mapped.first, only.index + 1 != page {
      unmapAll()
    }
    return try push(page)
  }

  @discardableResult
  private mutating func push(_ page: Int) throws(MappingRefusal) -> MappedPage {
    guard mapper.arena.memory == .direct || mapper.freeSlotCount > 0 else {
      throw MappingRefusal(.pagePair, .slotsTaken(needed: 1, free: 0))
    }
    stopwatch.lap()
    let new = unsafe MappedPage(index: page, address: try mapper.mapPage(frames[page], by: .pagePair))
    cost.mapNanoseconds += stopwatch.lap()
    if mapper.arena.memory == .high { cost.mapCalls += 1 }
    mapped.append(new)
    deepestSlotCount = max(deepestSlotCount, mapped.count)
    return new
  }

  private mutating func unmapAll() {
    stopwatch.lap()
    while let page = mapped.popLast() { cost.unmapCalls += unsafe mapper.unmapPage(at: page.address) }
    cost.unmapNanoseconds += stopwatch.lap()
  }
}
