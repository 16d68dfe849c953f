/// One page in the next slot of the window, or at its permanent address where it has one.
///
/// Mirrors `kmap_local_page()`. Traps for the 16th slot at once, as the kernel's `BUG_ON`.
enum KmapLocalWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    guard !folio.isLarge else { throw MappingRefusal(.kmapLocal, .severalPages(folio.pageCount)) }
    return unsafe try mapper.mapPage(folio.frames[0], by: .kmapLocal)
  }
}
