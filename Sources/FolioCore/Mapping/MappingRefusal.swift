public import SystemPackage

/// Why a way can't serve for a folio. Nothing was mapped, and nothing is to be undone.
public struct MappingRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// What stood in the way.
  public enum Reason: Hashable, Sendable {
    /// High memory has no permanent address.
    case noPermanentAddress
    /// The way maps one page, and the folio has more.
    case severalPages(Int)
    /// So many slots of the window are needed, and fewer are free.
    case slotsTaken(needed: Int, free: Int)
    /// No stretch of so many pages and a guard page is free in the area.
    case noAddressRange(pageCount: Int)
    /// The system refused.
    case system(Errno)
  }

  /// The way that was asked for.
  public let way: MappingWay
  /// What stood in its way.
  public let reason: Reason

  /// A refusal of `way`.
  public init(_ way: MappingWay, _ reason: Reason) {
    self.way = way
    self.reason = reason
  }

  /// In words, such as "kmap_local_range: 16 slots are needed and 15 are free".
  public var description: String {
    switch reason {
    case .noPermanentAddress: "\(way.rawValue): pages in high memory have no permanent address"
    case .severalPages(let count): "\(way.rawValue): maps one page, and the folio has \(count)"
    case .slotsTaken(let needed, let free): "\(way.rawValue): \(needed) slots are needed and \(free) are free"
    case .noAddressRange(let count): "\(way.rawValue): no range of \(count) pages and a guard page is free"
    case .system(let errno): "\(way.rawValue): \(errno)"
    }
  }
}
