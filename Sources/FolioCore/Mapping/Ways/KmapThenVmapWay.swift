/// Slots where enough are free, else the vmap area: what drivers wrote while there was no `folio_map_local()`.
enum KmapThenVmapWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    if !folio.isHighMemory || folio.pageCount <= mapper.freeSlotCount {
      return unsafe try KmapLocalRangeWay.map(folio, by: mapper)
    }
    return unsafe try mapper.mapInVmapArea(folio, by: .kmapThenVmap)
  }
}
