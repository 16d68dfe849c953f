import Basics
import Foundation
import FoundationXML
import SystemPackage
import Testing

@testable import FolioCore
@testable import TestSupport

/// `ext2walk map`, as a user meets it.
@Suite struct MapTests {
  private let churned = Fixture(name: "ppc64-ext2drv-64k-oneblock")
  private let pages = PageSize.host.pageCount(for: 65536)
  private var pagesInWords: String { pages == 1 ? "one page" : "\(pages) pages" }

  private struct Line: Decodable {
    struct Way: Decodable {
      let way: String
      let served: Bool
      let refusal: String?
      let sameRecords: Bool?
    }
    let path: String
    let directory, logicalBlock, physicalBlock: Int
    let way, why: String
    let pageSize, pages, pagesFilled, contiguousRuns: Int
    let frames: [Int]
    let place: String
    let placeFirst, placeCount, records: Int
    let crossingRecords: [Int]
    let mapNanoseconds, unmapNanoseconds: Int
    let ways: [Way]?
  }

  private func lines(_ arguments: [String]) async throws -> [Line] {
    let finished = try await Command.ext2walk(["map", "--format", "json"] + arguments)
    #expect(finished.status == 0, "\(finished.messages)")
    return try JSONDecoder().decode([Line].self, from: Data(finished.output))
  }

  @Test func everyFolioHasALine() async throws {
    let lines = try await lines(["-R", "--memory", "high", churned.image])
    let (entries, _) = try await ListedEntry.list(["-RUa", churned.image])
    let oracle = try Ext2fsOracle(churned.image)
    var partlyFilled = 0
    #expect(Set(lines.map(\.directory)) == Set(entries.compactMap(\.directory)))
    for line in lines {
      let blocks = try oracle.blocks(of: InodeNumber(line.directory))
      #expect(blocks[line.logicalBlock].number == UInt64(line.physicalBlock))
      #expect(line.way == (pages > 1 ? "vmap" : "kmap_local"))
      #expect(line.why == "64 KiB folio of \(pagesInWords) in high memory: \(line.way)")
      #expect(line.pages == pages && line.frames.count == pages)
      #expect(line.place == (pages > 1 ? "vmapArea" : "slots") && line.placeCount == pages)
      #expect(line.contiguousRuns == 1)
      // Read as far as records reach, and no page further.
      let reached = reach(of: blocks[line.logicalBlock].bytes)
      #expect(line.pagesFilled == PageSize.host.pageCount(for: reached), "\(line.path): \(reached)")
      if line.pagesFilled < pages { partlyFilled += 1 }
      let its = entries.filter { $0.directory == line.directory && $0.logicalBlock == line.logicalBlock }
      #expect(its.filter(\.crossesPage).map(\.offset) == line.crossingRecords)
      #expect(line.records >= its.count)
    }
    // Most directories are small: little of their blocks is read.
    #expect(pages == 1 || partlyFilled > lines.count / 2, "\(partlyFilled) of \(lines.count)")
  }

  /// How many bytes of a block of 64 KiB have to be read for all of its records: as far as the header or the name of the
  /// last one.
  private func reach(of block: [UInt8]) -> Int {
    var (offset, end) = (0, 0)
    while offset < block.count {
      let raw = Int(block[offset + 4]) | Int(block[offset + 5]) << 8
      end = offset + 8 + Int(block[offset + 6])
      offset += raw == 0 || raw == 0xFFFF ? 65536 : raw
    }
    return end
  }

  @Test func scatteredFramesAreApart() async throws {
    let line = try #require(try await lines(["--scattered", churned.image, "/big"]).first)
    #expect(line.contiguousRuns == pages)
    #expect(zip(line.frames, line.frames.dropFirst()).allSatisfy { abs($0 - $1) > 1 })
    let refused = try await Command.ext2walk(["map", "--scattered", "--memory", "direct", churned.image])
    #expect(refused.status == 64)
    #expect(refused.messages.contains("in low memory the frames of a folio are neighbours"))
  }

  @Test func allWaysAreComparedAndRefusalsSayWhy() async throws {
    let high = try #require(
      try await lines(["--ways", "all", "--memory", "high", churned.image, "/big"]).first?.ways)
    #expect(high.map(\.way) == MappingWay.allCases.map(\.rawValue))
    let refusals = high.compactMap { way in way.refusal.map { "\($0)" } }
    #expect(high.filter(\.served).allSatisfy { $0.sameRecords == true })
    let one = pages > 1 ? ["kmap_local: maps one page, and the folio has \(pages)"] : []
    let many = pages > 15 ? ["kmap_local_range: \(pages) slots are needed and 15 are free"] : []
    #expect(refusals == ["direct: pages in high memory have no permanent address"] + one + many)
    let low = try #require(try await lines(["--ways", "all", churned.image, "/big"]).first?.ways)
    #expect(low.filter { !$0.served }.map(\.way) == (pages > 1 ? ["kmap_local"] : []))
    let text = try await Command.ext2walk(["map", "--ways", "all", "--memory", "high", churned.image, "/big"])
    #expect(text.text.contains("the same"))
    #expect(!text.text.contains("DIFFER"))
  }

  @Test func aForcedWayThatCannotServeSaysWhy() async throws {
    let finished = try await Command.ext2walk(["ls", "--memory", "high", "--way", "direct", churned.image])
    #expect(finished.status == 1)
    #expect(finished.output.isEmpty)
    #expect(finished.messages.contains("direct: pages in high memory have no permanent address"))
    #expect(try await Command.ext2walk(["map", "--way", "nonsense", churned.image]).status == 64)
  }

  /// After damage drawings go on where listings do, and say what is damaged.
  @Test func damageIsDrawn() async throws {
    let image = try await ScratchImage(
      blockSize: 65536, tree: (100..<400).map { "d/file-\($0)-" + String(repeating: "x", count: 60) })
    let name = "file-150-" + String(repeating: "x", count: 60)
    let at = try image.position(ofEntry: name, in: try image.inode(of: "d"))
    try image.patch(at: at + 4, UInt16(2))
    let finished = try await Command.ext2walk([
      "map", "--draw", "--ways", "all", "--memory", "high", image.path.string, "/d",
    ])
    #expect(finished.status == 1)
    let rows = finished.lines.filter { $0.hasPrefix("  page ") }
    #expect(rows.count { $0.contains("!") } >= 1)
    #expect(
      rows.last { !$0.hasSuffix(" ") && $0.contains("▓") }.map {
        $0.contains("page  5") || $0.contains("page  6") || PageSize.host.byteCount != 4096
      } == true)
    #expect(!finished.text.contains("DIFFER"))
    let (entries, _) = try await ListedEntry.list([image.path.string, "/d"])
    let named = finished.lines.filter { $0.contains(" cross from page ") }
    #expect(named.count == entries.count(where: \.crossesPage) && named.count > 3)
  }

  /// The same directory reached by several paths keeps the path of each walk.
  @Test func everyLineHasThePathItWasReachedBy() async throws {
    let lines = try await lines([churned.image, "/", "/big", "<2>"])
    #expect(lines.map(\.path) == ["/", "/big", "<2>"])
  }

  /// The direct way takes no more addresses than its frames.
  @Test func listingTakesFewAddresses() async throws {
    let script = "ulimit -v 200000; \"$1\" ls -R \"$2\" | wc -l"
    let finished = try await Command.script(script, [churned.image])
    #expect(finished.messages.isEmpty)
    #expect(Int(finished.lines.first ?? "") == (try churned.manifest()).count + (try newLines()))
  }

  private func newLines() throws -> Int {
    try churned.manifest().keys.reduce(0) { $0 + $1.count { $0 == 10 } }
  }

  /// Without types in records the inode has to be read to see what is a directory: where it can't be, that is said.
  @Test func directoriesWhoseInodesCannotBeReadAreSaid() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: (100..<260).map { "d\($0)/" },
      options: ["-O", "^metadata_csum,^64bit,^dir_index,^filetype"], blocks: 16384)
    // The second group's inode table is nowhere.
    try image.patch(at: 2048 + 32 + 8, UInt32(0xFF_FFFF))
    let listed = try await Command.ext2walk(["ls", "-R", image.path.string])
    let mapped = try await Command.ext2walk(["map", "-R", image.path.string])
    let unreadable = Set(
      listed.messages.matches(of: /\/(d\d+): finding the inode table/).map { String($0.1) })
    try #require(unreadable.count > 20)
    #expect(listed.status == 1)
    #expect(mapped.status == 1)
    #expect(
      Set(mapped.messages.matches(of: /\/(d\d+): finding the inode table/).map { String($0.1) }) == unreadable
    )
  }

  @Test func onlyDirectoriesHaveFolios() async throws {
    let finished = try await Command.ext2walk(["map", Fixture.small.image, "/README.txt", "/docs"])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("/README.txt: not a directory"))
    #expect(finished.text.contains("/docs "))
  }

  @Test func lsTellsOfItsMappingsAfterTheListing() async throws {
    let plain = try await Command.ext2walk(["ls", churned.image, "/big"])
    let finished = try await Command.ext2walk(["ls", "--mappings", churned.image, "/big"])
    #expect(finished.output == plain.output)
    #expect(finished.messages.contains("64 KiB folio of \(pagesInWords) in low memory: direct"))
    #expect(finished.messages.hasPrefix("DIRECTORY"))
    #expect(finished.messages.contains("\n/big "))
  }

  @Test func theDrawingShowsEachPageAndNamesWhatCrosses() async throws {
    let finished = try await Command.ext2walk(["map", "--draw", "--scattered", churned.image, "/big"])
    let rows = finished.lines.filter { $0.hasPrefix("  page ") }
    #expect(rows.count == pages)
    #expect(Set(rows.map(\.count)).count == 1)
    let crossing = try #require(try await lines([churned.image, "/big"]).first).crossingRecords
    let (entries, _) = try await ListedEntry.list([churned.image, "/big"])
    let named = finished.lines.filter { $0.contains(" cross from page ") }
    let live = entries.filter { $0.crossesPage }
    #expect(live.allSatisfy { crossing.contains($0.offset) })
    #expect(named.count == live.count && !live.isEmpty)
    for entry in live { #expect(named.contains { $0.contains("bytes \(entry.offset) to ") }) }
  }

  @Test func theDrawingFitsItsTerminal() async throws {
    let colored = try await Command.run(
      "script",
      ["-qec", "stty cols 90; '\(try Command.tool.string)' map --draw '\(churned.image)' /big", "/dev/null"])
    // All that stands after the table, which is as wide as it must be.
    let lines = colored.text.replacing("\r\n", with: "\n").split(separator: "\n")
    let rows = lines.drop { !$0.contains("shades alternate") }
    #expect(rows.count > pages)
    for row in rows {
      let visible = row.replacing(/\u{1B}\[[0-9;]*m/, with: "")
      #expect(visible.count <= 90, "\(visible)")
    }
  }

  @Test func thePictureIsWellFormed() async throws {
    let scratch = try ScratchDirectory()
    let picture = scratch.path.appending("names.svg")
    // Names with <, &, control characters and bytes that are not text.
    let finished = try await Command.ext2walk([
      "map", "-R", "--svg", picture.string, Fixture.small.image, "/names", "/wide",
    ])
    #expect(finished.status == 0)
    let parsed = ElementCounter()
    let parser = XMLParser(data: Data(try readFile(picture)))
    parser.delegate = parsed
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    let (entries, _) = try await ListedEntry.list(["-RUa", Fixture.small.image, "/names", "/wide"])
    // A tip for each entry's part on each page, and for nothing else: a record crosses one page at most.
    let parts = entries.reduce(0) { $0 + ($1.crossesPage ? 2 : 1) }
    #expect(entries.count > 100 && parsed.counts["title", default: 0] == parts)
  }

  @Test func thePictureNeverOverwritesTheImage() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a"])
    let before = try readFile(image.path)
    let finished = try await Command.ext2walk(["map", "--svg", image.path.string, image.path.string])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("is the image, which is never written to"))
    #expect(try readFile(image.path) == before)
  }
}

/// Counts the elements of a document.
private final class ElementCounter: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
  }
}
