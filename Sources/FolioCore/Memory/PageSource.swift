/// What fills the pages of a folio: an image, a device, or bytes made up by a test.
///
/// Mirrors the job of `read_folio` in `struct address_space_operations`, a page at a time.
public protocol PageSource: ~Copyable {
  associatedtype Failure: Error

  /// Reads `page.byteCount` bytes into `page`, or throws.
  ///
  /// - Parameters:
  ///   - page: a page's memory, or as much of it as the folio's block takes up; all of it must be written.
  ///   - offset: where in the folio the page begins, in bytes.
  mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) throws(Failure)
}
