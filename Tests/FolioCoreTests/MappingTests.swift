import Basics
import FolioCore
import SystemPackage
import Testing

/// Every way of mapping, in every arrangement of memory.
@Suite struct MappingTests {
  @Test(arguments: Arrangement.all, MappingWay.allCases.filter { $0 != .pagePair })
  func everyWayShowsTheSameBytes(in arrangement: Arrangement, by way: MappingWay) throws {
    let mapper = try arrangement.mapper()
    let bytes = distinctBytes(arrangement.blockSize)
    let folio = try filledFolio(bytes, mapper)
    if let reason = arrangement.refusal(of: way) {
      do throws(MappingRefusal) {
        mapper.unmap(try mapper.map(folio, by: way))
        Issue.record("\(way) serves where it can't")
      } catch {
        #expect(error.reason == reason)
        #expect(error.way == way)
      }
      return
    }
    let shown = try mapper.withMapping(of: folio, by: way) { [UInt8](copying: $0.bytes) }
    #expect(shown == bytes)
    #expect(mapper.freeSlotCount == 15)
  }

  /// All steps of a cursor over a block, read lazily by any way.
  private func records(_ bytes: [UInt8], in arrangement: Arrangement, by way: MappingWay?) throws -> [Record]
  {
    let mapper = try arrangement.mapper()
    var reader = FolioReader(try Folio(byteCount: bytes.count, in: mapper.arena), mapper: mapper, way: way)
    var source = ArraySource(bytes: bytes)
    let format = RecordFormat(blockSize: bytes.count, inodeCount: 100_000)
    var records: [Record] = []
    var names: [[UInt8]] = []
    var needed: Range<Int>? = 0..<8
    try reader.begin(BlockLabel(inode: 2, logicalBlock: 0, physicalBlock: 0))
    while let range = needed {
      try reader.need(range, from: &source)
      let start = reader.start
      var cursor = RecordCursor(
        reader.bytes, startingAt: start, format: format, at: range.lowerBound)
      while let record = cursor.nextRecord() {
        records.append(record)
        let name = record.nameBytes.lowerBound - start
        names.append([UInt8](copying: reader.bytes.extracting(name..<name + record.nameLength)))
      }
      if case .needsBytes(let count) = cursor.stop { needed = cursor.offset..<count } else { needed = nil }
    }
    reader.end()
    #expect(names == records.map { Array(bytes[$0.nameBytes]) })
    #expect(mapper.freeSlotCount == 15)
    return records
  }

  @Test(arguments: Arrangement.all, [nil] + MappingWay.allCases.map(Optional.some))
  func everyWayReadsTheSameRecords(in arrangement: Arrangement, by way: MappingWay?) throws {
    // Records whose headers and names cross pages in many phases.
    for nameLength in [1, 6, 37, 255] {
      let bytes = BlockBuilder.filled(blockSize: arrangement.blockSize, nameLength: nameLength).bytes
      let expected = try records(
        bytes, in: Arrangement.all[0].with(blockSize: arrangement.blockSize), by: .direct)
      try #require(expected.count > 2 && expected.last?.end == arrangement.blockSize)
      if let way, let reason = arrangement.refusal(of: way) {
        #expect { try records(bytes, in: arrangement, by: way) } throws: {
          ($0 as? MappingRefusal)?.reason == reason
        }
      } else {
        #expect(try records(bytes, in: arrangement, by: way) == expected)
      }
    }
  }

  /// Where pages end, in blocks of more than one.
  private static let pageEnd = min(PageSize.host.byteCount, 32768)

  @Test(arguments: [0, 4, 8, 12, pageEnd - 12, pageEnd - 8, pageEnd - 4])
  func pairsReadHeadersThatStraddle(from start: Int) throws {
    let arrangement = Arrangement(
      memory: .high, order: .scattered(seed: 3), pageSize: .host, blockSize: 65536)
    let bytes = BlockBuilder.filled(blockSize: 65536, nameLength: 200, from: max(start, 12)).bytes
    #expect(
      try records(bytes, in: arrangement, by: .pagePair)
        == records(bytes, in: Arrangement.all[0].with(blockSize: 65536), by: .direct))
  }

  @Test(arguments: Arrangement.all)
  func theChoiceIsTheProposals(in arrangement: Arrangement) throws {
    let mapper = try arrangement.mapper()
    let folio = try Folio(byteCount: arrangement.blockSize, in: mapper.arena)
    let expected: MappingWay =
      arrangement.memory == .direct
      ? .direct
      : arrangement.blockSize > arrangement.pageSize.byteCount ? .vmap : .kmapLocal
    let chosen = MappingWay.proposed(for: folio)
    #expect(chosen == expected)
    let mapping = try mapper.map(folio)
    let place = mapping.place
    mapper.unmap(mapping)
    switch place {
    case .directMap: #expect(expected == .direct)
    case .slots(let slots): #expect(expected == .kmapLocal && slots == 0..<1)
    case .vmapArea(let pages): #expect(expected == .vmap && pages.count == folio_pages(arrangement))
    }
  }

  private func folio_pages(_ arrangement: Arrangement) -> Int {
    arrangement.pageSize.pageCount(for: arrangement.blockSize)
  }

  @Test func reasonsAreSentences() throws {
    func reason(_ arrangement: Arrangement, _ way: MappingWay? = nil) throws -> String {
      let mapper = try arrangement.mapper()
      var reader = FolioReader(
        try Folio(byteCount: arrangement.blockSize, in: mapper.arena), mapper: mapper, way: way,
        keepsAccount: true)
      var source = ArraySource(bytes: distinctBytes(arrangement.blockSize))
      try reader.begin(BlockLabel(inode: 2, logicalBlock: 0, physicalBlock: 0))
      try reader.need(0..<1, from: &source)
      reader.end()
      return try #require(reader.account?.first).reason.description
    }
    // One page more than there are slots, whatever a page is.
    let host = PageSize.host
    let large = 16 * host.byteCount
    let folio = "\(large / 1024) KiB folio of 16 pages in high memory"
    let high = Arrangement(memory: .high, order: .inOrder, pageSize: host, blockSize: large)
    #expect(try reason(high) == "\(folio): vmap")
    #expect(try reason(high, .pagePair) == "\(folio): page_pair, as asked for, in slots")
    #expect(try reason(high, .kmapThenVmap) == "\(folio): kmap_then_vmap, as asked for, in the vmap area")
    let fitting = high.with(blockSize: 4 * host.byteCount)
    #expect(
      try reason(fitting, .kmapThenVmap)
        == "\(large / 4096) KiB folio of 4 pages in high memory: kmap_then_vmap, as asked for, in slots")
    let small = Arrangement(memory: .direct, order: .inOrder, pageSize: host, blockSize: 1024)
    #expect(try reason(small) == "1 KiB folio of one page in low memory: direct")
  }

  @Test func scatteredFoliosReallyAreApart() throws {
    let mapper = try Arrangement(memory: .high, order: .scattered(seed: 1), pageSize: .host, blockSize: 65536)
      .mapper()
    let folio = try filledFolio(distinctBytes(65536), mapper)
    let frames = folio.frames
    let runCount = folio.contiguousRuns.count
    #expect(zip(frames, frames.dropFirst()).allSatisfy { abs($0 - $1) > 1 })
    #expect(runCount == frames.count)
    // What is mapped is one piece for each page, from where in "physical memory" its frame is.
    let pieces = try mapper.withMapping(of: folio) { try ProcessMap.ofArena(at: $0.bytes) }
    #expect(pieces.map(\.fileOffset) == frames.map { $0 * PageSize.host.byteCount })
    #expect(pieces.allSatisfy { $0.addresses.count == PageSize.host.byteCount })
  }

  @Test func neighboursAreMappedByOneCall() throws {
    let mapper = try Arrangement(memory: .high, order: .inOrder, pageSize: .host, blockSize: 65536).mapper()
    let folio = try filledFolio(distinctBytes(65536), mapper)
    let pieces = try mapper.withMapping(of: folio) { try ProcessMap.ofArena(at: $0.bytes) }
    #expect(pieces.map(\.addresses.count) == [65536])
  }

  @Test func pairsNeverMapMoreThanTwoPages() throws {
    let page = PageSize.host.byteCount
    let size = 16 * page
    let mapper = try Arrangement(memory: .high, order: .inOrder, pageSize: .host, blockSize: size).mapper()
    let bytes = distinctBytes(size)
    let folio = try filledFolio(bytes, mapper)
    var pair = try PagePairMapping(folio, by: mapper)
    var least = 15
    for start in stride(from: 0, to: size - 300, by: 257) {
      try pair.show(start..<start + 300)
      least = min(least, mapper.freeSlotCount)
      let shown = [UInt8](copying: pair.bytes)
      #expect(Array(shown.prefix(300)) == Array(bytes[start..<start + 300]))
    }
    // Backwards, and all at once.
    try pair.show(3 * page..<3 * page + 1)
    try pair.show(0..<size)
    #expect([UInt8](copying: pair.bytes) == bytes)
    #expect(least == 13)
    pair.unmap()
    #expect(mapper.freeSlotCount == 15)
  }

  @Test func slotsAreAStack() throws {
    let mapper = try Arrangement(memory: .high, order: .inOrder, pageSize: .host, blockSize: 4096).mapper()
    let folio = try filledFolio(distinctBytes(PageSize.host.byteCount), mapper)
    let first = try mapper.map(folio, by: .kmapLocal)
    let second = try mapper.map(folio, by: .kmapLocal)
    let places = [first.place, second.place]
    #expect(mapper.freeSlotCount == 13)
    mapper.unmap(second)
    mapper.unmap(first)
    #expect(places == [.slots(0..<1), .slots(1..<2)])
  }

  @Test func aRangeSaysHowManySlotsAreFree() throws {
    let mapper = try Arrangement(memory: .high, order: .inOrder, pageSize: .host, blockSize: 65536).mapper()
    let page = PageSize.host.byteCount
    let large = try Folio(byteCount: 8 * page, in: mapper.arena)
    let first = try mapper.map(large, by: .kmapLocalRange)
    do throws(MappingRefusal) {
      mapper.unmap(try mapper.map(large, by: .kmapLocalRange))
      Issue.record("16 of 15 slots")
    } catch {
      #expect(error.description == "kmap_local_range: 8 slots are needed and 7 are free")
    }
    // What drivers wrote falls back.
    let second = try mapper.map(large, by: .kmapThenVmap)
    let place = second.place
    mapper.unmap(second)
    mapper.unmap(first)
    guard case .vmapArea = place else {
      Issue.record("\(place)")
      return
    }
  }

  @Test func vmapFailsCleanlyWhereNoRangeIsLeft() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 16, memory: .high)
    // Room for one mapping of 4 pages with its guard page, and not for two.
    let mapper = FolioMapper(arena, vmapAreaByteCount: 9 * page, lazyPageLimit: 100)
    let folio = try filledFolio(distinctBytes(4 * page), mapper)
    for _ in 0..<10 {
      let mapping = try mapper.map(folio, by: .vmap)
      do throws(MappingRefusal) {
        mapper.unmap(try mapper.map(folio, by: .vmap))
        Issue.record("two mappings where one has room")
      } catch {
        #expect(error.description == "vmap: no range of 4 pages and a guard page is free")
      }
      mapper.unmap(mapping)
    }
  }

  /// Giving back what waits leaves alone what is still mapped.
  @Test func purgingSparesLiveMappings() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 32, memory: .high)
    let mapper = FolioMapper(arena, vmapAreaByteCount: 16 * page, lazyPageLimit: 1000)
    let bytes = distinctBytes(4 * page)
    let folio = try filledFolio(bytes, mapper)
    let other = try filledFolio([UInt8](repeating: 7, count: 4 * page), mapper)
    let shown = try mapper.withMapping(of: folio, by: .vmap) { live in
      // Room for two more at a time: every other one forces a purge.
      for _ in 0..<20 { mapper.unmap(try mapper.map(other, by: .vmap)) }
      return [UInt8](copying: live.bytes)
    }
    #expect(shown == bytes)
  }

  /// The account counts the calls that strace counts: one a run or a slot, and one to undo a range.
  @Test(arguments: [
    (FrameOrder.inOrder, MappingWay.vmap, 1, 1), (.scattered(seed: 2), .vmap, 8, 1),
    (.inOrder, .kmapLocalRange, 8, 8),
    (.inOrder, .kmapThenVmap, 8, 8),
  ])
  func theAccountCountsCalls(order: FrameOrder, way: MappingWay, mapCalls: Int, unmapCalls: Int) throws {
    let byteCount = 8 * PageSize.host.byteCount
    let arena = try PageArena(frameCount: 32, memory: .high, frameOrder: order)
    var reader = FolioReader(
      try Folio(byteCount: byteCount, in: arena), mapper: FolioMapper(arena), way: way, keepsAccount: true)
    var source = ArraySource(bytes: distinctBytes(byteCount))
    try reader.begin(BlockLabel(inode: 2, logicalBlock: 0, physicalBlock: 0))
    try reader.need(0..<1, from: &source)
    reader.end()
    let cost = try #require(reader.account?.first).cost
    #expect([cost.mapCalls, cost.unmapCalls] == [mapCalls, unmapCalls])
    #expect(cost.mapNanoseconds > 0 && cost.unmapNanoseconds > 0)
  }

  /// A block that nobody ended is unmapped by the next one, and by the end of its reader.
  @Test(arguments: [MappingWay.vmap, .pagePair, .kmapLocalRange])
  func nothingStaysMapped(by way: MappingWay) throws {
    let byteCount = 4 * PageSize.host.byteCount
    let arena = try PageArena(frameCount: 4, memory: .high)
    let mapper = FolioMapper(arena)
    do {
      var reader = FolioReader(
        try Folio(byteCount: byteCount, in: arena), mapper: mapper, way: way, keepsAccount: true)
      var source = ArraySource(bytes: distinctBytes(byteCount))
      for block in 0..<2 as Range<UInt64> {
        try reader.begin(
          BlockLabel(inode: 2, logicalBlock: LogicalBlock(block), physicalBlock: BlockNumber(block)))
        try reader.need(0..<byteCount, from: &source)
        #expect([UInt8](copying: reader.bytes) == distinctBytes(byteCount))
      }
      #expect(reader.account?.map(\.label.logicalBlock) == [0])
    }
    #expect(mapper.freeSlotCount == 15)
    // All frames are free again.
    _ = try Folio(byteCount: byteCount, in: arena)
  }

  @Test func unmappedRangesComeBackInBatches() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 16, memory: .high)
    let mapper = FolioMapper(arena, vmapAreaByteCount: 1000 * page, lazyPageLimit: 12)
    let folio = try filledFolio(distinctBytes(4 * page), mapper)
    var places: [MappedPlace] = []
    for _ in 0..<6 {
      let mapping = try mapper.map(folio, by: .vmap)
      places.append(mapping.place)
      mapper.unmap(mapping)
    }
    // Each takes 5 pages with its guard; the third puts 15 on the list, which is over 12.
    let starts = [0, 5, 10, 0, 5, 10]
    #expect(places == starts.map { .vmapArea(pages: $0..<$0 + 4) })
  }
}

extension Arrangement {
  func with(blockSize: Int) -> Arrangement {
    Arrangement(memory: memory, order: order, pageSize: pageSize, blockSize: blockSize)
  }
}
