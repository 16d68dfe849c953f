/// A way of bringing a folio's pages to an address.
///
/// Raw values are the names in output and options.
public enum MappingWay: String, CaseIterable, Sendable {
  /// The permanent address of low memory: arithmetic, no system call. Mirrors `folio_address()`.
  case direct
}
