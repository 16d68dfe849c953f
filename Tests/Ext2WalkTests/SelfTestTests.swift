import FolioCore
import SystemPackage
import Testing

@testable import Ext2Walk
@testable import ExtCheck
@testable import ExtDisk
@testable import ExtMount
@testable import ExtVolume

/// `verify` without an image: what it makes, and what it says of it.
@Suite struct SelfTestTests {
  static let blockSizes = [1024, 2048, 4096, 8192, 16384, 32768, 65536]

  /// Every boundary of pages is crossed by 65 directories, in each by one record.
  private func crossingCount(_ blockSize: Int) -> Int {
    let boundaries = max(0, blockSize / PageSize.host.byteCount - 1)
    let phases = (260 - 4) / 4 + 1
    return boundaries * phases
  }

  @Test(arguments: blockSizes)
  func itPassesAndSaysWhatItMade(blockSize: Int) async throws {
    let finished = try await Command.ext2walk(["verify", "--block-size", "\(blockSize)"])
    #expect(finished.status == 0, "\(finished.messages)")
    #expect(finished.messages.contains("self-test: made a file system of \(blockSize)-byte blocks"))
    #expect(finished.messages.contains("65 directories"))
    #expect(finished.text.contains("\(crossingCount(blockSize)) of them across a page"), "\(finished.text)")
    #expect(
      finished.text.contains(
        "self-test: \(blockSize > 4096 ? "no errors, 1 portability finding" : "clean")\n"))
  }

  /// Pages of 16 KiB, as some arm64 kernels have: one boundary is one, not "all 1".
  @Test func boundariesAreCounted() throws {
    let pages = try #require(PageSize(byteCount: 16384))
    let scratch = try ScratchDirectory()
    let one = try SelfTest(blockSize: 32768, pageSize: pages, in: scratch.path.string).description
    #expect(
      one.hasSuffix("across the one boundary of pages of 16384 bytes, beginning 4 to 260 bytes before it"))
    let three = try SelfTest(blockSize: 65536, pageSize: pages, in: scratch.path.string).description
    #expect(three.contains("across all 3 boundaries of pages") && three.hasSuffix("before them"))
  }

  @Test(arguments: blockSizes)
  func itsCountsAreRightInJSON(blockSize: Int) async throws {
    let finished = try await Command.ext2walk(
      ["verify", "--format", "json", "--block-size", "\(blockSize)"])
    #expect(finished.status == 0)
    let images = try ReportedImage.parse(finished.output)
    let image = try #require(images.first)
    #expect(images.count == 1)
    #expect(image.image == "self-test")
    #expect(image.examined)
    #expect(image.errors == 0)
    #expect(image.crossingRecords == crossingCount(blockSize))
    // The root, /lost+found and 65 of its own.
    #expect(image.directories == 67)
    #expect(image.findings.map(\.rule) == (blockSize > 4096 ? ["block-larger-than-page"] : []))
    #expect(image.blocksComparedByWays == image.blocks)
    #expect(image.blocksComparedByLibext2fs == image.blocks)
  }

  @Test func theDefaultIsTheLargestBlock() async throws {
    let finished = try await Command.ext2walk(["verify"])
    #expect(finished.status == 0)
    #expect(finished.messages.contains("65536-byte blocks"))
  }

  @Test func quietSaysNothingOfASoundSelfTest() async throws {
    let finished = try await Command.ext2walk(["verify", "-q", "--block-size", "4096"])
    #expect(finished.status == 0)
    #expect(finished.output.isEmpty)
    #expect(finished.messages.isEmpty)
  }

  @Test func aPlaceThatCannotBeWrittenIsSaid() async throws {
    let finished = try await Command.ext2walk(["verify"], environment: ["TMPDIR": "/no/such"])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("making a temporary file in /no/such: No such file or directory"))
    #expect(finished.messages.contains("TMPDIR"))
  }

  /// By libext2fs' iterator: in each directory, at each boundary, a record of 263 bytes begins `phase` bytes before.
  @Test(arguments: [(8192, 4096), (16384, 4096), (65536, 4096), (65536, 16384)])
  func recordsBeginWhereTheyAreMeantTo(blockSize: Int, pageSize: Int) throws {
    let test = try SelfTest(
      blockSize: blockSize, pageSize: try #require(PageSize(byteCount: pageSize)), in: "/tmp")
    let oracle = try Ext2fsOracle(test.location.filePath.string)
    let directories = try oracle.entries(of: Inode.root).filter { $0.name.starts(with: Array("phase-".utf8)) }
    let phases = stride(from: 4, through: 260, by: 4).map { $0 }
    #expect(directories.count == phases.count)
    var crossingCount = 0
    for directory in directories {
      let phase = try #require(Int(String(decoding: directory.name.dropFirst(6), as: UTF8.self)))
      #expect(phases.contains(phase))
      let entries = try oracle.entries(of: directory.inode)
      let crossing = entries.filter {
        $0.inode != 0 && $0.offset / pageSize != ($0.offset + 8 + $0.name.count - 1) / pageSize
      }
      let boundaries = stride(from: pageSize, to: blockSize, by: pageSize)
      #expect(crossing.map(\.offset) == boundaries.map { $0 - phase })
      #expect(crossing.allSatisfy { $0.name.count == 255 })
      crossingCount += crossing.count
    }
    #expect(test.crossingRecords == crossingCount)
  }
}
