import Basics
import FolioCore
import Testing

@testable import Ext2Walk
@testable import ExtVolume
@testable import TestSupport

/// Every way of mapping, in either memory, over every directory block of every fixture.
@Suite struct MappingFixtureTests {
  /// All blocks of an image's directories.
  private func blocks(_ volume: Volume) throws -> [SurveyedBlock] {
    var options = ReadingOptions()
    options.keepsAccount = true
    var reader = try DirectoryReader(volume, options: options)
    var inodes = InodeTable(volume)
    var directories = MappedDirectories(
      plan: ReadPlan(volume, options: options, needsInodes: false),
      diagnostics: Diagnostics(image: []),
      progress: WalkProgress(isOn: false, of: volume.superblock))
    directories.walk(from: FoundDirectory(inode: 2, path: []), by: &reader, inodes: &inodes)
    var blocks: [SurveyedBlock] = []
    for (line, path) in reader.account {
      blocks.append(try volume.surveyedBlock(of: line, path: path, inodes: &inodes))
    }
    return blocks
  }

  private func open(_ fixture: Fixture) throws -> Volume {
    try Volume(at: try #require(ImageLocation(argument: Array(fixture.image.utf8), offset: nil)))
  }

  static let memories: [(MemoryModel, FrameOrder)] = [
    (.direct, .inOrder), (.high, .inOrder), (.high, .scattered(seed: 5)),
  ]

  @Test(arguments: Fixture.all)
  func everyWayReadsTheSameRecords(_ fixture: Fixture) throws {
    let volume = try open(fixture)
    let blocks = try blocks(volume)
    try #require(blocks.count > 1)
    let pages = PageSize.host.pageCount(for: volume.superblock.blockSize.byteCount)
    var direct = try FolioSurvey(volume, options: ReadingOptions())
    var expected: [[SurveyedRecord]] = []
    for block in blocks {
      var records: [SurveyedRecord] = []
      _ = direct.read(block, by: .direct) { records.append(SurveyedRecord($0, name: $1)) }
      expected.append(records)
    }
    // Empty blocks of zeroes have no records that keep the rules; only one image has some.
    #expect(expected.allSatisfy { !$0.isEmpty } || fixture.name.hasSuffix("span-zero"))
    for (memory, order) in Self.memories {
      var options = ReadingOptions()
      options.memory = memory
      options.frameOrder = order
      var survey = try FolioSurvey(volume, options: options)
      for way in MappingWay.allCases {
        let refusal: MappingRefusal.Reason? =
          switch way {
          case .direct where memory == .high: .noPermanentAddress
          case .kmapLocal where pages > 1: .severalPages(pages)
          case .kmapLocalRange where memory == .high && pages > 15: .slotsTaken(needed: pages, free: 15)
          default: nil
          }
        for (block, records) in zip(blocks, expected) {
          var found: [SurveyedRecord] = []
          let reading = survey.read(block, by: way) { found.append(SurveyedRecord($0, name: $1)) }
          if let refusal {
            #expect(reading.refusal == MappingRefusal(way, refusal))
            #expect(reading.line == nil)
          } else {
            #expect(found == records, "\(memory) \(order) \(way) \(block.label)")
            #expect(reading.line?.way == way)
          }
        }
      }
    }
  }

  /// What the tool lists is the same by any way that can serve.
  @Test(arguments: [Fixture.small, Fixture(name: "ppc64-ext2-4k-big"), Fixture(name: "ppc64-ext2-1k-big")])
  func listingsAreTheSame(_ fixture: Fixture) async throws {
    let expected = try await Command.ext2walk(["ls", "-lRUA", fixture.image])
    #expect(expected.status == 0)
    for arguments in [
      ["--memory", "high"], ["--way", "vmap"], ["--memory", "high", "--way", "page_pair"],
      ["--way", "page_pair"],
    ] {
      let finished = try await Command.ext2walk(["ls", "-lRUA"] + arguments + [fixture.image])
      #expect(finished.output == expected.output, "\(arguments)")
      #expect(finished.status == 0)
    }
  }

  /// A damaged block is salvaged the same, also where pages are mapped in pairs and must be put together for it.
  @Test func damageIsTheSameByEveryWay() async throws {
    let image = try await ScratchImage(
      blockSize: 65536, tree: (100..<400).map { "d/file-\($0)-" + String(repeating: "x", count: 60) })
    let directory = try image.inode(of: "d")
    let at = try image.position(ofEntry: "file-250-" + String(repeating: "x", count: 60), in: directory)
    try image.patch(at: at + 4, UInt16(2))
    let expected = try await image.list(["-RU"])
    #expect(expected.entries.count == 301)
    for arguments in [["--memory", "high"], ["--memory", "high", "--way", "page_pair"]] {
      let finished = try await image.list(["-RU"] + arguments)
      #expect(finished.finished.output == expected.finished.output)
      #expect(finished.finished.messages == expected.finished.messages)
      #expect(finished.finished.status == 1)
    }
  }
}
