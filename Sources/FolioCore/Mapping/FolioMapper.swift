public import SystemPackage

/// Maps folios of one arena, by any way; keeps the window and the vmap area.
///
/// Mirrors the proposed `folio_map_local()` and `folio_unmap_local()`. For one thread: the window is that
/// thread's stack. Traps where a mapping is undone out of order, or for the 16th slot at once.
public final class FolioMapper {
  /// What folios' frames are part of.
  public let arena: PageArena

  private var window: LocalWindow
  private var vmapArea: VmapArea

  /// The address space that 32-bit kernels set aside for vmap, in bytes.
  public static var vmapAreaByteCount: Int { 128 << 20 }

  /// A mapper for folios in `arena`.
  ///
  /// - Parameters:
  ///   - vmapAreaByteCount: how many bytes of addresses there are for `vmap`; reserved, never more memory than is mapped.
  ///   - lazyPageLimit: how many unmapped pages wait to be given out again together; nil for what the kernel takes.
  /// - Throws: the system's error where it has no addresses left.
  public init(
    _ arena: PageArena, vmapAreaByteCount: Int = FolioMapper.vmapAreaByteCount, lazyPageLimit: Int? = nil
  ) throws(Errno) {
    let pageSize = arena.pageSize
    self.arena = arena
    window = try LocalWindow(pageSize: pageSize)
    vmapArea = try VmapArea(
      pageCount: vmapAreaByteCount >> pageSize.shift,
      lazyLimit: lazyPageLimit ?? VmapArea.kernelLazyLimit(pageSize: pageSize), pageSize: pageSize)
  }

  /// How many slots of the window can still be had: 15 less those in use.
  public var freeSlotCount: Int { window.freeSlotCount }

  /// Maps `folio` whole.
  ///
  /// - Parameter way: nil for the proposal's choice; anything but `.pagePair`, which shows no folio whole.
  /// - Returns: a mapping, to be undone by ``unmap(_:)``; `kmap_local` ones in the reverse order they were made.
  ///   Swift 6.3 lets only a `var` or a `consuming` parameter be undone after its `bytes` were looked at;
  ///   ``withMapping(of:by:_:)`` is for all other uses.
  /// - Throws: why the way can't serve.
  /// - Complexity: `direct` is arithmetic; the others take a system call for each slot or run. No copies.
  public func map(_ folio: borrowing Folio, by way: MappingWay? = nil) throws(MappingRefusal) -> FolioMapping
  {
    precondition(folio.arena === arena, "the folio is in another arena")
    guard let folioWay = (way ?? .proposed(for: folio)).folioWay else {
      preconditionFailure("page_pair shows no folio whole: use PagePairMapping")
    }
    let start = unsafe try folioWay.map(folio, by: self)
    return unsafe FolioMapping(start: start, folio: folio, mapper: self)
  }

  /// Undoes a mapping. Finds out from the address which of the ways it was, as `folio_unmap_local()`.
  ///
  /// Traps unless the mapping's slots are the last that were taken.
  public func unmap(_ mapping: consuming FolioMapping) {
    switch mapping.place {
    case .directMap: break
    case .slots(let slots): window.pop(slot: slots.lowerBound, count: slots.count)
    case .vmapArea(let pages): vmapArea.unmap(first: pages.lowerBound, pageCount: pages.count)
    }
    mapping.forget()
  }

  /// Maps `folio` for as long as `body` takes, and undoes it also when that throws.
  ///
  /// - Throws: the ``MappingRefusal`` of a way that can't serve, or what `body` threw.
  public func withMapping<Result>(
    of folio: borrowing Folio, by way: MappingWay? = nil, _ body: (borrowing FolioMapping) throws -> Result
  ) throws -> Result {
    let mapping = try map(folio, by: way)
    do {
      let result = try body(mapping)
      unmap(mapping)
      return result
    } catch {
      unmap(mapping)
      throw error
    }
  }

  /// Where `address`, of one of this mapper's mappings of `pageCount` pages, belongs.
  func place(of address: UnsafeRawPointer, pageCount: Int) -> MappedPlace {
    if let frame = unsafe arena.frame(atDirectAddress: address) {
      return .directMap(frames: frame..<frame + pageCount)
    }
    if let slot = unsafe window.slot(at: address) { return .slots(slot..<slot + pageCount) }
    if let page = unsafe vmapArea.page(of: address) { return .vmapArea(pages: page..<page + pageCount) }
    preconditionFailure("an address that this mapper never gave out")
  }

  // MARK: For the ways

  /// A page at its permanent address, or else in the next slot.
  func mapPage(_ frame: Int, by way: MappingWay) throws(MappingRefusal) -> UnsafeRawPointer {
    if let address = unsafe arena.directAddress(ofFrame: frame) { return UnsafeRawPointer(address) }
    return unsafe try pushSlots([frame], by: way)
  }

  /// Undoes the page that `address` was given out for.
  func unmapPage(at address: UnsafeRawPointer) {
    if case .slots(let slots) = unsafe place(of: address, pageCount: 1) {
      window.pop(slot: slots.lowerBound, count: 1)
    }
  }

  /// Frames in the next slots of the window. Traps where there are too few.
  func pushSlots(_ frames: [Int], by way: MappingWay) throws(MappingRefusal) -> UnsafeRawPointer {
    do throws(Errno) {
      return unsafe try window.push(frames, of: arena.file)
    } catch {
      throw MappingRefusal(way, .system(error))
    }
  }

  /// A folio's pages in a row in the vmap area.
  func mapInVmapArea(_ folio: borrowing Folio) throws(MappingRefusal) -> UnsafeRawPointer {
    let address: UnsafeRawPointer?
    do throws(Errno) {
      unsafe address = unsafe try vmapArea.map(
        folio.contiguousRuns, pageCount: folio.pageCount, of: arena.file)
    } catch {
      throw MappingRefusal(.vmap, .system(error))
    }
    guard let address = unsafe address else {
      throw MappingRefusal(.vmap, .noAddressRange(pageCount: folio.pageCount))
    }
    return unsafe address
  }
}
