import Basics
import FolioCore
import SystemPackage
import Testing

/// Counts the pages it is asked for; page `index` is filled with `index + 1`.
private struct CountingSource: PageSource {
  struct Refused: Error, Equatable {
    let offset: Int
  }

  var offsets: [Int] = []
  var refusedOffset: Int?

  mutating func read(into page: inout MutableRawSpan, atFolioOffset offset: Int) throws(Refused) {
    if offset == refusedOffset { throw Refused(offset: offset) }
    offsets.append(offset)
    for index in 0..<page.byteCount {
      page.storeBytes(of: UInt8(offset / page.byteCount + 1), toByteOffset: index, as: UInt8.self)
    }
  }
}

@Suite struct PageSizeTests {
  @Test(arguments: [(4096, 12), (16384, 14), (65536, 16), (512, 9)])
  func powersOfTwoArePageSizes(byteCount: Int, shift: Int) throws {
    let size = try #require(PageSize(byteCount: byteCount))
    #expect(size.shift == shift)
    #expect(size.byteCount == byteCount)
  }

  @Test(arguments: [0, 1, 256, 4095, 12288, -4096, 1 << 31])
  func othersAreNot(byteCount: Int) {
    #expect(PageSize(byteCount: byteCount) == nil)
  }

  @Test(arguments: [
    (0..<1, false), (4095..<4096, false), (4095..<4097, true), (4096..<8192, false), (4092..<4101, true),
    (8..<8, false),
  ])
  func bytesCrossWhereTheyDo(bytes: Range<Int>, crosses: Bool) throws {
    let size = try #require(PageSize(byteCount: 4096))
    #expect(size.isCrossed(by: bytes) == crosses)
  }
}

@Suite struct FolioTests {
  @Test func isFilledOnlyAsFarAsAsked() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 16)
    var folio = try Folio(byteCount: 16 * page, in: arena)
    var source = CountingSource()
    try folio.fill(through: 0, from: &source)
    #expect(source.offsets == [])
    try folio.fill(through: 1, from: &source)
    #expect(source.offsets == [0])
    try folio.fill(through: page, from: &source)
    #expect(source.offsets == [0])
    try folio.fill(through: 2 * page + 1, from: &source)
    #expect(source.offsets == [0, page, 2 * page])
    #expect(folio.filledPageCount == 3)
    let mapper = FolioMapper(arena)
    let bytes = try mapper.withMapping(of: folio) { [UInt8](copying: $0.bytes) }
    #expect(bytes.count == 16 * page)
    #expect(bytes[0] == 1)
    #expect(bytes[3 * page - 1] == 3)
    folio.clear()
    #expect(folio.filledByteCount == 0)
  }

  @Test func keepsWhatWasReadBeforeAFailure() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 4)
    var folio = try Folio(byteCount: 4 * page, in: arena)
    var source = CountingSource()
    source.refusedOffset = 2 * page
    #expect(throws: CountingSource.Refused(offset: 2 * page)) {
      try folio.fill(through: 4 * page, from: &source)
    }
    #expect(folio.filledPageCount == 2)
  }

  @Test func aSmallBlockTakesOnePageAndFillsOnlyItself() throws {
    let arena = try PageArena(frameCount: 1)
    var folio = try Folio(byteCount: 1024, in: arena)
    var source = CountingSource()
    try folio.fill(through: 1024, from: &source)
    #expect(source.offsets == [0])
    #expect(folio.pageCount == 1)
    let mapper = FolioMapper(arena)
    let count = try mapper.withMapping(of: folio) { $0.bytes.byteCount }
    #expect(count == 1024)
  }

  @Test func framesGoBackToTheArena() throws {
    let page = PageSize.host.byteCount
    let arena = try PageArena(frameCount: 4)
    for _ in 0..<10 {
      let first = try Folio(byteCount: 2 * page, in: arena)
      let second = try Folio(byteCount: 2 * page, in: arena)
      #expect(Set(first.frames).isDisjoint(with: Set(second.frames)))
      #expect(throws: Errno.noMemory) { _ = try Folio(byteCount: page, in: arena) }
    }
  }

  @Test func fillingPastTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      let arena = try PageArena(frameCount: 1)
      var folio = try Folio(byteCount: PageSize.host.byteCount, in: arena)
      var source = CountingSource()
      try folio.fill(through: PageSize.host.byteCount + 1, from: &source)
    }
  }
}
