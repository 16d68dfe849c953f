import Basics
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A large stretch of addresses in which folios are mapped whole.
///
/// Mirrors the vmalloc area: each mapping is followed by a guard page; unmapping makes its pages unusable at once, but
/// its addresses are given out again only when so many have come together that flushing the TLB is worth it
/// (`lazy_max_pages()`, `__purge_vmap_area_lazy()`). Not for use by two threads.
struct VmapArea: ~Copyable {
  private let range: AddressRange
  /// Pages that wait at most to be given out again.
  private let lazyLimit: Int
  /// Free stretches in the order of their addresses, no two of them neighbours.
  private var free: [Range<Int>]
  /// Stretches that are unmapped and not yet free; guard pages included.
  private var lazy: [Range<Int>]
  private(set) var lazyPageCount: Int

  init(pageCount: Int, lazyLimit: Int, pageSize: PageSize) throws(Errno) {
    range = try AddressRange(pageCount: pageCount, pageSize: pageSize)
    self.lazyLimit = lazyLimit
    free = [0..<pageCount]
    lazy = []
    lazyPageCount = 0
  }

  /// What the kernel takes for a limit: `fls(cpus)` times 32 MiB.
  static func kernelLazyLimit(pageSize: PageSize) -> Int {
    let cpus = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return (Int.bitWidth - cpus.leadingZeroBitCount) * (32 << 20) >> pageSize.shift
  }

  /// The page of the area that holds `address`; nil for an address elsewhere, as `is_vmalloc_addr()`.
  func page(of address: UnsafeRawPointer) -> Int? {
    unsafe range.page(of: address)
  }

  /// Maps runs of neighbouring frames one after the other. One system call a run.
  ///
  /// - Returns: the address of the first page; nil where no stretch is free, also after giving back what waits.
  mutating func map(_ runs: [Range<Int>], pageCount: Int, of file: borrowing MemoryFile) throws(Errno)
    -> UnsafeRawPointer?
  {
    guard let pages = take(pageCount + 1) else { return nil }
    var next = pages.lowerBound
    for run in runs {
      do throws(Errno) {
        try range.put(run, of: file, atPage: next)
      } catch {
        // A failed call may have taken away what was there before it.
        release(pages, mapped: pages.lowerBound..<next + run.count)
        throw error
      }
      next += run.count
    }
    return unsafe UnsafeRawPointer(range.address(ofPage: pages.lowerBound))
  }

  /// Undoes a mapping of `pageCount` pages that begins at page `first` of the area. One system call.
  mutating func unmap(first: Int, pageCount: Int) {
    release(first..<first + pageCount + 1, mapped: first..<first + pageCount)
  }

  private mutating func release(_ pages: Range<Int>, mapped: Range<Int>) {
    if !mapped.isEmpty { range.clear(mapped) }
    lazy.append(pages)
    lazyPageCount += pages.count
    if lazyPageCount > lazyLimit { purge() }
  }

  /// First fit.
  private mutating func take(_ count: Int) -> Range<Int>? {
    if !free.contains(where: { $0.count >= count }) { purge() }
    guard let index = free.firstIndex(where: { $0.count >= count }) else { return nil }
    let stretch = free[index]
    let taken = stretch.lowerBound..<stretch.lowerBound + count
    if taken.count == stretch.count {
      free.remove(at: index)
    } else {
      free[index] = taken.upperBound..<stretch.upperBound
    }
    return taken
  }

  /// Gives out again what waits, neighbours as one.
  private mutating func purge() {
    var merged: [Range<Int>] = []
    for stretch in (free + lazy).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      merged.appendMerging(stretch)
    }
    free = merged
    lazy.removeAll(keepingCapacity: true)
    lazyPageCount = 0
  }
}
