import SystemPackage
import Testing

@testable import FolioCore
@testable import TestSupport

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
}
