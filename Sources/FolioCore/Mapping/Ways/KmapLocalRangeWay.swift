/// All pages in slots of the window that stand in a row, as many at once as there are pages.
///
/// The alternative that was rejected: with 15 slots it never serves for 16 pages, and seldom for 8.
enum KmapLocalRangeWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    if !folio.isHighMemory { return unsafe try DirectWay.map(folio, by: mapper) }
    guard folio.pageCount <= mapper.freeSlotCount else {
      throw MappingRefusal(.kmapLocalRange, .slotsTaken(needed: folio.pageCount, free: mapper.freeSlotCount))
    }
    return unsafe try mapper.pushSlots(folio.frames, by: .kmapLocalRange)
  }
}
