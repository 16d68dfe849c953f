import Basics
import ExtVolume
import FolioCore
import Glibc
import SystemPackage
import Testing

@testable import ExtCheck
@testable import TestSupport

/// Who compares what verify's crossCheck found, and how much of it.
@Suite struct CrossCheckTests {
  private func record(
    _ offset: Int, _ length: Int, inode: InodeNumber = 12, _ name: String = "a", type: UInt8 = 1
  ) -> SurveyedRecord {
    let record = Record(
      offset: offset, length: length, inode: inode, nameLength: name.utf8.count, fileTypeCode: type)
    return SurveyedRecord(record, name: Array(name.utf8).raw)
  }

  /// Where findings can't be written, the thread that compares doesn't wait for ever.
  @Test func theThreadEndsWithTheCheck() async {
    await #expect(processExitsWith: .success) {
      let file = try TemporaryFile(in: "/tmp", byteCount: 1 << 20)
      let system = try FreshFileSystem(
        at: file.location.filePath, blockSize: try #require(BlockSize(byteCount: 1024)), blockCount: 1024,
        inodeCount: 64)
      _ = try system.makeDirectory("d", in: 2)
      // In use, and no entry names it.
      _ = try system.makeFile(links: 1)
      try system.close()
      let volume = try Volume(at: file.location)
      let before = try threadCount()
      #expect(throws: CheckStopped.self) {
        try ImageCheck.run(volume, options: VerifyOptions(), observer: RefusingObserver())
      }
      // The kernel takes a moment to forget a thread that was waited for.
      for _ in 0..<1000 where try threadCount() > before { usleep(1000) }
      try #require(try threadCount() == before)
    }
  }

  @Test func theSameRecordsDoNotDiffer() {
    #expect(
      CrossCheck.firstDifference([record(0, 12), record(12, 52)], [record(0, 12), record(12, 52)]) == nil)
    #expect(CrossCheck.firstDifference([], []) == nil)
  }

  @Test func eachFieldCounts() throws {
    let first = record(0, 12)
    let good = record(12, 52, inode: 13, "bc", type: 2)
    for (other, words) in [
      (record(16, 52, inode: 13, "bc", type: 2), "offset 16"),
      (record(12, 48, inode: 13, "bc", type: 2), "rec_len 48"),
      (record(12, 52, inode: 14, "bc", type: 2), "inode 14"),
      (record(12, 52, inode: 13, "bd", type: 2), "\"bd\""),
      (record(12, 52, inode: 13, "bc", type: 3), "type 3"),
    ] {
      let found = try #require(CrossCheck.firstDifference([first, good], [first, other]))
      #expect(found.offset == 12)
      #expect(found.difference.words.hasPrefix("record 1 is "))
      #expect(found.difference.words.contains(words), "\(found.difference.words)")
      let ours = "by direct inode 13, offset 12, rec_len 52, \"bc\", type 2"
      #expect(found.difference.words.hasSuffix(ours), "\(found.difference.words)")
    }
  }

  @Test func aRecordLessOrMoreIsMissing() throws {
    let less = try #require(CrossCheck.firstDifference([record(0, 12), record(12, 52)], [record(0, 12)]))
    #expect(less.difference.words.hasPrefix("record 1 is missing, and by direct inode 12"))
    let more = try #require(CrossCheck.firstDifference([record(0, 12)], [record(0, 12), record(12, 52)]))
    #expect(more.difference.words.hasSuffix("by direct missing"))
  }

  /// The crossCheck get the blocks of one directory, and libext2fs the inode of another.
  @Test(arguments: [1024, 4096, 65536])
  func libext2fsFindsWhatIsNotThere(blockSize: Int) async throws {
    let image = try await ScratchImage(blockSize: blockSize, tree: ["d/one", "e/two"])
    let volume = try Volume(
      at: try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil)))
    var inodes = InodeTable(volume)
    var crossCheck = try CrossCheck(volume, isThorough: true)
    let d = try inodes.inode(try image.inode(of: "d"))
    let e = try inodes.inode(try image.inode(of: "e"))
    let right = crossCheck.differences(
      in: d, path: Array("/d".utf8), blocks: BlockMapReader.read(d, on: volume))
    #expect(right.isEmpty)
    let wrong = crossCheck.differences(
      in: d, path: Array("/d".utf8), blocks: BlockMapReader.read(e, on: volume))
    #expect(wrong.map(\.rule) == [.libext2fsDiffers])
    #expect(crossCheck.scope.blocksByWays == 2)
    #expect(crossCheck.scope.blocksByLibrary == 2)
  }

  // MARK: Samples

  @Test func aSampleTakesAllOfWhatComesFirstAndOneIn64() {
    var sample = SamplingBudget(first: 100)
    #expect((0..<100).allSatisfy { _ in sample.takes(1) })
    let later = (0..<640).map { _ in sample.takes(1) }
    #expect(later.count { $0 } == 10)
    #expect(!later[0])
  }

  @Test func aThoroughSampleTakesAll() {
    var sample = SamplingBudget(first: .max)
    #expect((0..<1000).allSatisfy { _ in sample.takes(1 << 40) })
  }
}

/// Takes no finding, as a full disk.
private final class RefusingObserver: CheckObserver {
  func take(_ finding: Finding) throws(CheckStopped) { throw CheckStopped() }
  func show(_ progress: CheckProgress) {}
}

/// How many threads this process has.
private func threadCount() throws -> Int {
  let status = String(decoding: try readFile("/proc/self/status"), as: UTF8.self)
  return try #require(status.firstMatch(of: /Threads:\s+(\d+)/).flatMap { Int($0.1) })
}
