import SystemPackage

/// Maps folios of one arena, by any way; keeps the window and the vmap area.
///
/// Mirrors the proposed `folio_map_local()` and `folio_unmap_local()`. For one thread: the window is that
/// thread's stack. Traps where a mapping is undone out of order, or for the 16th slot at once.
public final class FolioMapper {
  /// What folios' frames are part of.
  public let arena: PageArena

  // Made when they are needed first: the direct way takes no addresses but the arena's own.
  private var window: LocalWindow?
  private var vmapArea: VmapArea?
  private let vmapAreaPageCount: Int
  private let lazyPageLimit: Int

  /// The address space that 32-bit kernels set aside for vmap, in bytes.
  public static var vmapAreaByteCount: Int { 128 << 20 }

  /// A mapper for folios in `arena`.
  ///
  /// - Parameters:
  ///   - arena: what the folios to be mapped are in.
  ///   - vmapAreaByteCount: how many bytes of addresses there are for `vmap`; reserved, never more memory than is mapped.
  ///   - lazyPageLimit: how many unmapped pages wait to be given out again together; nil for what the kernel takes.
  public init(
    _ arena: PageArena, vmapAreaByteCount: Int = FolioMapper.vmapAreaByteCount, lazyPageLimit: Int? = nil
  ) {
    self.arena = arena
    vmapAreaPageCount = vmapAreaByteCount >> arena.pageSize.shift
    self.lazyPageLimit = lazyPageLimit ?? VmapArea.kernelLazyLimit(pageSize: arena.pageSize)
  }

  /// How many slots of the window can still be had: 15 less those in use.
  public var freeSlotCount: Int { window?.freeSlotCount ?? LocalWindow.usableSlotCount }

  /// Maps `folio` whole.
  ///
  /// - Parameters:
  ///   - folio: one of this mapper's arena; it can't be cleared or go away while it is mapped.
  ///   - way: nil for the proposal's choice; anything but `.pagePair`, which shows no folio whole.
  /// - Returns: a mapping, to be undone by ``unmap(_:)``; `kmap_local` ones in the reverse order they were made.
  ///   Swift 6.3 lets only a `var` or a `consuming` parameter be undone after its `bytes` were looked at;
  ///   ``withMapping(of:by:_:)`` is for all other uses.
  /// - Throws: why the way can't serve.
  /// - Complexity: `direct` is arithmetic; the others take a system call for each slot or run. No copies.
  public func map(_ folio: borrowing Folio, by way: MappingWay? = nil) throws(MappingRefusal) -> FolioMapping
  {
    trapUnless(folio.arena === arena, "the folio is in another arena")
    guard let folioWay = (way ?? .proposed(for: folio)).folioWay else {
      fatalError("page_pair shows no folio whole: use PagePairMapping")
    }
    let start = unsafe try folioWay.map(folio, by: self)
    arena.pin(folio.frames, by: 1)
    return unsafe FolioMapping(start: start, folio: folio, mapper: self)
  }

  /// Undoes a mapping. Finds out from the address which of the ways it was, as `folio_unmap_local()`.
  ///
  /// Traps unless this mapper made the mapping and the mapping's slots are the last that were taken.
  public func unmap(_ mapping: consuming FolioMapping) {
    trapUnless(mapping.mapper === self, "a mapping is undone by a mapper that didn't make it")
    switch mapping.place {
    case .directMap: break
    case .slots(let slots): window?.pop(slot: slots.lowerBound, count: slots.count)
    case .vmapArea(let pages): vmapArea?.unmap(first: pages.lowerBound, pageCount: pages.count)
    }
    arena.pin(mapping.frames, by: -1)
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
    if let slot = unsafe window?.slot(at: address) { return .slots(slot..<slot + pageCount) }
    if let page = unsafe vmapArea?.page(of: address) { return .vmapArea(pages: page..<page + pageCount) }
    fatalError("an address that this mapper never gave out")
  }

  // MARK: For the ways

  /// A page at its permanent address, or else in the next slot.
  func mapPage(_ frame: Int, by way: MappingWay) throws(MappingRefusal) -> UnsafeRawPointer {
    if let address = unsafe arena.directAddress(ofFrame: frame) { return UnsafeRawPointer(address) }
    return unsafe try pushSlots([frame], by: way)
  }

  /// Undoes the page that `address` was given out for. Returns how many system calls that took.
  func unmapPage(at address: UnsafeRawPointer) -> Int {
    guard case .slots(let slots) = unsafe place(of: address, pageCount: 1) else { return 0 }
    window?.pop(slot: slots.lowerBound, count: 1)
    return 1
  }

  /// Frames in the next slots of the window. Traps where there are too few.
  func pushSlots(_ frames: [Int], by way: MappingWay) throws(MappingRefusal) -> UnsafeRawPointer {
    do throws(Errno) {
      if window?.depth == nil { window = try LocalWindow(pageSize: arena.pageSize) }
      guard let address = unsafe try window?.push(frames, of: arena.file) else { throw Errno.noMemory }
      return unsafe address
    } catch {
      throw MappingRefusal(way, .system(error))
    }
  }

  /// A folio's pages in a row in the vmap area.
  func mapInVmapArea(_ folio: borrowing Folio, by way: MappingWay) throws(MappingRefusal) -> UnsafeRawPointer
  {
    let address: UnsafeRawPointer?
    do throws(Errno) {
      if vmapArea?.lazyPageCount == nil {
        vmapArea = try VmapArea(
          pageCount: vmapAreaPageCount, lazyLimit: lazyPageLimit, pageSize: arena.pageSize)
      }
      unsafe address = unsafe try vmapArea?.map(
        folio.contiguousRuns, pageCount: folio.pageCount, of: arena.file)
    } catch {
      throw MappingRefusal(way, .system(error))
    }
    guard let address = unsafe address else {
      throw MappingRefusal(way, .noAddressRange(pageCount: folio.pageCount))
    }
    return unsafe address
  }
}
