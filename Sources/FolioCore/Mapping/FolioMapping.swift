/// A folio at an address.
///
/// Mirrors what the proposed `folio_map_local()` returns, with the lifetime the kernel can only ask for:
/// ``bytes`` can't outlive the mapping, or it does not compile.
@safe
public struct FolioMapping: ~Copyable {
  /// How the folio was mapped.
  public let way: MappingWay

  // Keeps the memory mapped for as long as this value is.
  private let arena: PageArena
  private let start: UnsafeRawPointer
  private let byteCount: Int

  /// Maps `folio` by the direct map.
  public init(direct folio: borrowing Folio) {
    way = .direct
    arena = folio.arena
    unsafe start = UnsafeRawPointer(folio.arena.directAddress(ofFrame: folio.frames.lowerBound))
    byteCount = folio.byteCount
  }

  /// The folio's bytes, from its first page to its last. Those past its `filledByteCount` say nothing.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      unsafe _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: byteCount), borrowing: self)
    }
  }
}
