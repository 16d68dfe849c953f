import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A reserved stretch of addresses. Pages of an arena can be put at any place of it; touching any other place is a fault.
///
/// Mirrors a range of kernel addresses without page-table entries, such as the vmalloc area. Given back when the
/// value goes away.
@safe
struct AddressRange: ~Copyable {
  let start: UnsafeMutableRawPointer
  let pageSize: PageSize
  let pageCount: Int

  /// Reserves `pageCount` pages. No memory is taken.
  init(pageCount: Int, pageSize: PageSize) throws(Errno) {
    let byteCount = pageCount << pageSize.shift
    let address = unsafe mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw Errno(rawValue: errno) }
    unsafe start = unsafe address
    self.pageSize = pageSize
    self.pageCount = pageCount
  }

  deinit {
    // The range is one that mmap returned, so munmap has nothing to refuse.
    _ = unsafe munmap(start, pageCount << pageSize.shift)
  }

  /// Where the page at `index` of the range begins.
  func address(ofPage index: Int) -> UnsafeMutableRawPointer {
    precondition((0...pageCount).contains(index), "page \(index) of a range of \(pageCount)")
    return unsafe start + index << pageSize.shift
  }

  /// The page that holds `address`; nil where it is elsewhere.
  func page(of address: UnsafeRawPointer) -> Int? {
    let distance = unsafe UnsafeRawPointer(start).distance(to: address)
    guard distance >= 0, distance < pageCount << pageSize.shift else { return nil }
    return pageSize.pageIndex(of: distance)
  }

  /// Puts neighbouring frames of `file` at the page `index` and those after it, for reading. One system call.
  func put(_ frames: Range<Int>, of file: borrowing MemoryFile, atPage index: Int) throws(Errno) {
    precondition(index >= 0 && index + frames.count <= pageCount, "pages after the end of the range")
    let mapped = unsafe mmap(
      address(ofPage: index), frames.count << pageSize.shift, PROT_READ, MAP_SHARED | MAP_FIXED,
      file.descriptor.rawValue, frames.lowerBound << pageSize.shift)
    guard unsafe mapped != MAP_FAILED else { throw Errno(rawValue: errno) }
  }

  /// Makes pages unusable again; the addresses stay reserved. One system call.
  ///
  /// Traps where the system refuses: the pages would stay readable, by pointers that should be dead.
  func clear(_ pages: Range<Int>) {
    precondition(pages.lowerBound >= 0 && pages.upperBound <= pageCount, "pages after the end of the range")
    let cleared = unsafe mmap(
      address(ofPage: pages.lowerBound), pages.count << pageSize.shift, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)
    guard unsafe cleared != MAP_FAILED else {
      fatalError("pages can't be unmapped: \(Errno(rawValue: errno))")
    }
  }
}
