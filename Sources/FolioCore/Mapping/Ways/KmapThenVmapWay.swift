/// Slots where enough are free, else the vmap area: what drivers wrote while there was no `folio_map_local()`.
enum KmapThenVmapWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    let fits = !folio.isHighMemory || folio.pageCount <= mapper.freeSlotCount
    return unsafe try fits ? KmapLocalRangeWay.map(folio, by: mapper) : VmapWay.map(folio, by: mapper)
  }
}
