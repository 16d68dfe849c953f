/// A way of bringing a folio's pages to an address.
///
/// Raw values are the names in output and options.
public enum MappingWay: String, CaseIterable, Sendable {
  /// The permanent address of low memory: arithmetic, no system call. Mirrors `folio_address()`.
  case direct
  /// One page in one slot of a small window, undone last in, first out. Mirrors `kmap_local_page()`.
  case kmapLocal = "kmap_local"
  /// All pages in a row in a large area, after them a guard page. Mirrors `vmap_folio()`, as proposed.
  case vmap
  /// All pages in slots of the window that stand in a row: the alternative that was rejected.
  case kmapLocalRange = "kmap_local_range"
  /// That, and `vmap` where too few slots are free: what drivers wrote meanwhile.
  case kmapThenVmap = "kmap_then_vmap"
  /// Never more than two pages at a time, each in a slot: the juggling that the proposal wants to avoid.
  case pagePair = "page_pair"

  /// The way that the proposed `folio_map_local()` takes for `folio`.
  public static func proposed(for folio: borrowing Folio) -> MappingWay {
    if !folio.isHighMemory { return .direct }  // folio_address()
    if !folio.isLarge { return .kmapLocal }  // kmap_local_page()
    return .vmap  // vmap_folio()
  }
}
