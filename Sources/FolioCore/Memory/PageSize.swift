#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The size of a page: a power of two, at least 512 bytes.
///
/// Mirrors the kernel's `PAGE_SIZE` and `PAGE_SHIFT`, which are constants there and differ between
/// machines. Nothing in FolioCore writes 4096: it asks ``host``, or is told.
public struct PageSize: Hashable, Sendable {
  /// The base-2 logarithm of the size, as `PAGE_SHIFT`.
  public let shift: Int

  /// The page size of the machine this runs on.
  public static let host = PageSize(shift: sysconf(Int32(_SC_PAGESIZE)).trailingZeroBitCount)

  /// A page of `byteCount` bytes; nil unless that is a power of two from 512 bytes to 1 GiB.
  public init?(byteCount: Int) {
    guard (512...(1 << 30)).contains(byteCount), byteCount.nonzeroBitCount == 1 else { return nil }
    self.init(shift: byteCount.trailingZeroBitCount)
  }

  @inlinable
  init(shift: Int) {
    self.shift = shift
  }

  /// The size in bytes.
  @inlinable
  public var byteCount: Int { 1 << shift }

  /// How many pages hold `byteCount` bytes, the last one perhaps in part.
  ///
  /// - Parameter byteCount: 0 or more, in bytes.
  @inlinable
  public func pageCount(for byteCount: Int) -> Int {
    (byteCount + (self.byteCount - 1)) >> shift
  }

  /// The page that holds the byte at `offset` of a folio, counted from 0.
  @inlinable
  public func pageIndex(of offset: Int) -> Int { offset >> shift }

  /// Whether `bytes`, offsets in a folio, begin in one page and end in another.
  @inlinable
  public func isCrossed(by bytes: Range<Int>) -> Bool {
    !bytes.isEmpty && pageIndex(of: bytes.lowerBound) != pageIndex(of: bytes.upperBound - 1)
  }
}
