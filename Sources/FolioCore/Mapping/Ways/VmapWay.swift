/// All pages in a row in the vmap area, wherever their frames are.
///
/// Mirrors `vmap()`: low memory's pages can be mapped there too. Fails where no stretch of the area is free.
enum VmapWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    unsafe try mapper.mapInVmapArea(folio, by: .vmap)
  }
}
