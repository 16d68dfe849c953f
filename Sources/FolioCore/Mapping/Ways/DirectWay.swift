/// The permanent address of low memory: arithmetic, no system call.
///
/// Mirrors `folio_address()`.
enum DirectWay: FolioWay {
  static func map(_ folio: borrowing Folio, by mapper: FolioMapper) throws(MappingRefusal) -> UnsafeRawPointer
  {
    guard let address = unsafe mapper.arena.directAddress(ofFrame: folio.frames[0]) else {
      throw MappingRefusal(.direct, .noPermanentAddress)
    }
    return UnsafeRawPointer(address)
  }
}
