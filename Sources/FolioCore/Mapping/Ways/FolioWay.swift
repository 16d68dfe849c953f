/// A way of mapping a folio whole.
protocol FolioWay {
  /// Brings `folio` to an address, or says why that can't be.
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
}

extension MappingWay {
  /// The type behind a name; nil for `page_pair`, which shows no folio whole.
  var folioWay: (any FolioWay.Type)? {
    switch self {
    case .direct: DirectWay.self
    case .kmapLocal: KmapLocalWay.self
    case .vmap: VmapWay.self
    case .kmapLocalRange: KmapLocalRangeWay.self
    case .kmapThenVmap: KmapThenVmapWay.self
    case .pagePair: nil
    }
  }
}
