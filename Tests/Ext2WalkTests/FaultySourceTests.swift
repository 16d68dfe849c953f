import Basics
import ExtCheck
import ExtVolume
import FolioCore
import Testing

@testable import Ext2Walk
@testable import TestSupport

/// The rules that no broken image breaks: they take a source that fails, or that says this to one and that to another.
@Suite struct FaultySourceTests {
  @Test(arguments: [1024, 4096, 65536])
  func aBlockThatCannotBeReadIsNamedAndItsDirectoryGoesOn(blockSize: Int) async throws {
    let image = try await longDirectory(blockSize: blockSize)
    let blocks = try image.positions(ofDirectory: try image.inode(of: "d"))
    // What stands in the blocks after the bad one is still checked.
    try image.patch(at: blocks[2] + 4, UInt16(8))
    let source = FaultySource(try image.source(), .fails(at: blocks[1] + 100))
    let verified = try InProcess.run(["verify"], source)
    #expect(verified.status == 1)
    let unreadable = try #require(verified.errors.first { $0.rule == .blockUnreadable })
    #expect(unreadable.path == Array("/d".utf8))
    #expect(unreadable.block?.logical == 1)
    #expect(unreadable.block?.physical == BlockNumber(blocks[1] / blockSize))
    #expect(unreadable.words.contains("nput/output error"), "\(unreadable)")
    #expect(
      verified.errors.map(\.rule.rawValue).sorted()
        == [Rule.blockUnreadable, .inodeUnattached, .recordTooShort].map(\.rawValue).sorted())
  }

  @Test(arguments: [1024, 65536])
  func aWayThatDiffersIsNamedWithTheFirstRecord(blockSize: Int) async throws {
    let (image, at) = try await placeOfAName(blockSize: blockSize)
    let count = try touchCount(image, at: at)
    // The reader and the first way are told the truth, every second one after them isn't, and libext2fs, the last, is.
    let source = FaultySource(try image.source(), .lies(at: at) { $0 > 2 && $0 % 2 == 1 && $0 < count })
    let verified = try InProcess.run(["verify"], source)
    #expect(verified.status == 1)
    #expect(Set(verified.errors.map(\.rule)) == [.wayDiffers], "\(verified.text)")
    let first = try #require(verified.errors.first)
    #expect(first.path == Array("/d".utf8))
    #expect(first.block?.logical == 0)
    // "1" and "0": one bit apart.
    #expect(
      first.found.contains(/^\w+ in (low|high) memory: record \d+ is .*"00003-n/) == true, "\(first)")
    #expect(first.found.contains("by direct inode"), "\(first)")
  }

  @Test(arguments: [1024, 65536])
  func whatLibext2fsFindsOtherwiseIsSaid(blockSize: Int) async throws {
    let (image, at) = try await placeOfAName(blockSize: blockSize)
    let count = try touchCount(image, at: at)
    // Where libext2fs finds something else both read again, to say what: first we, then libext2fs.
    let source = FaultySource(try image.source(), .lies(at: at) { $0 == count || $0 == count + 2 })
    let verified = try InProcess.run(["verify"], source)
    #expect(verified.status == 1)
    #expect(verified.errors.map(\.rule) == [.libext2fsDiffers], "\(verified.text)")
    #expect(verified.errors[0].path == Array("/d".utf8))
    #expect(verified.errors[0].found.contains("\"00003-n"), "\(verified.errors[0])")
    // libext2fs reads whole blocks, and the ways pages.
    let start = BytePosition(at / blockSize * blockSize)
    try #require(source.touches.count == count + 2, "\(source.touches)")
    let block = start..<start + UInt64(blockSize)
    let wholeBlocks = source.touches.indices.filter { source.touches[$0] == block }
    if blockSize > 4096 { #expect(wholeBlocks == [count - 1, count + 1], "\(source.touches)") }
  }

  @Test func aSourceWithoutAFaultChangesNothing() async throws {
    let image = try await longDirectory(blockSize: 4096)
    let verified = try InProcess.run(["verify"], FaultySource(try image.source()))
    #expect(verified.status == 0 && verified.findings.isEmpty, "\(verified.text)")
  }

  /// Whatever changes between two reads, a walk and a check end, and what they say is one thing or the other.
  @Test(arguments: 1...4) func bytesThatChangeBetweenReads(seed: UInt64) async throws {
    let image = try await longDirectory(blockSize: 1024)
    let bytes = try image.source()
    let honest = try InProcess.run(["ls", "-lR"], bytes)
    var (unlike, refused) = (0, 0)
    for turn in 0..<10 {
      for command in [["ls", "-lR"], ["map", "-R"], ["verify", "--thorough"], ["info"]] {
        let source = FaultySource(bytes, .scrambles(oneIn: 20, seed: seed * 1000 + UInt64(turn)))
        let said = try InProcess.run(command, source)
        #expect(said.status == 0 || !(said.text + said.messages).isEmpty)
        if said.status == 2 { refused += 1 }
        if command[0] == "ls", said.text != honest.text { unlike += 1 }
      }
    }
    #expect(unlike > 0 && refused < 20, "\(unlike) listings differ, \(refused) commands were refused")
  }

  private static let filling = String(repeating: "n", count: 200)

  /// `/d` has three blocks or more.
  private func longDirectory(blockSize: Int) async throws -> ScratchImage {
    let names = (0..<max(40, blockSize / 90)).map { "d/\(10000 + $0)-" + Self.filling }
    return try await ScratchImage(blockSize: blockSize, tree: names)
  }

  /// An image, and where the first letter of a name in `/d` stands.
  private func placeOfAName(blockSize: Int) async throws -> (image: ScratchImage, at: Int) {
    let image = try await longDirectory(blockSize: blockSize)
    let entry = try image.position(ofEntry: "10003-" + Self.filling, in: try image.inode(of: "d"))
    return (image, entry + 8)
  }

  /// How often `verify` reads a byte of a directory in order: libext2fs' iterator is the last who does.
  private func touchCount(_ image: ScratchImage, at position: Int) throws -> Int {
    let source = FaultySource(try image.source(), .lies(at: position) { _ in false })
    let verified = try InProcess.run(["verify"], source)
    try #require(verified.errors.isEmpty, "\(verified.text)")
    // The reader, each way in either memory but for direct in high memory, and libext2fs.
    #expect(source.touches.count >= 1 + MappingWay.allCases.count + 1, "\(source.touches)")
    return source.touches.count
  }
}
