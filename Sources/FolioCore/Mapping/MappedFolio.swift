/// A folio mapped by any of the ways, whole or by pairs of its pages; or not mapped.
enum MappedFolio: ~Copyable {
  case whole(FolioMapping)
  case pair(PagePairMapping)
  case none

  init(
    _ folio: borrowing Folio, by way: MappingWay, mapper: FolioMapper, isTimed: Bool
  ) throws(MappingRefusal) {
    self =
      way == .pagePair
      ? .pair(try PagePairMapping(folio, by: mapper, isTimed: isTimed))
      : .whole(try mapper.map(folio, by: way))
  }

  /// Makes `range` visible in ``bytes(filled:)``.
  mutating func show(_ range: Range<Int>) throws(MappingRefusal) {
    switch consume self {
    case .none: self = .none
    case .whole(let mapping): self = .whole(mapping)
    case .pair(var pair):
      do throws(MappingRefusal) {
        try pair.show(range)
      } catch {
        self = .pair(pair)
        throw error
      }
      self = .pair(pair)
    }
  }

  /// Where in the folio ``bytes(filled:)`` begin.
  var start: Int {
    switch self {
    case .none: return 0
    case .whole: return 0
    case .pair(let pair): return pair.start
    }
  }

  /// What is visible, as far as the first `count` bytes of the folio have been read.
  @_lifetime(borrow self)
  func bytes(filled count: Int) -> RawSpan {
    switch self {
    case .whole(let mapping):
      return unsafe _overrideLifetime(mapping.bytes.extracting(first: count), borrowing: self)
    case .pair(let pair): return unsafe _overrideLifetime(pair.bytes, borrowing: self)
    case .none: return unsafe _overrideLifetime(RawSpan(), borrowing: self)
    }
  }

  /// What it takes of the address space; nil where it isn't mapped.
  var place: MappedPlace? {
    switch self {
    case .whole(let mapping): return mapping.place
    case .pair(let pair): return pair.place
    case .none: return nil
    }
  }

  /// Undoes it, where there is something to undo. Returns what it took; of a whole mapping only the calls, not the time.
  @discardableResult
  consuming func unmap(by mapper: FolioMapper, runCount: Int) -> MappingCost {
    switch consume self {
    case .none: return MappingCost()
    case .pair(let pair): return pair.unmap()
    case .whole(let mapping):
      var cost = MappingCost()
      switch mapping.place {
      case .directMap: break
      case .slots(let slots): (cost.mapCalls, cost.unmapCalls) = (slots.count, slots.count)
      case .vmapArea: (cost.mapCalls, cost.unmapCalls) = (runCount, 1)
      }
      mapper.unmap(mapping)
      return cost
    }
  }
}
