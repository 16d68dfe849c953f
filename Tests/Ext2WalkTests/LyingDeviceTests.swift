import Foundation
import SystemPackage
import Testing

@testable import ExtCheck
@testable import TestSupport

/// The rules that no broken image breaks: they take a device that fails, or that says this to one and that to another.
/// A C compiler makes the library that lies.
@Suite(.takes("cc")) struct LyingDeviceTests {
  @Test(arguments: [1024, 4096, 65536])
  func aBlockThatCannotBeReadIsNamedAndItsDirectoryGoesOn(blockSize: Int) async throws {
    let image = try await longDirectory(blockSize: blockSize)
    let blocks = try image.positions(ofDirectory: try image.inode(of: "d"))
    // What stands in the blocks behind the bad one is still checked.
    try image.patch(at: blocks[2] + 4, UInt16(8))
    let verified = try await LyingDevice().verify(image, .fails, at: blocks[1] + 100)
    #expect(verified.finished.status == 1)
    let unreadable = try #require(verified.errors.first { $0.rule == Rule.blockUnreadable.rawValue })
    #expect(unreadable.path == "/d")
    #expect(unreadable.logicalBlock == 1)
    #expect(unreadable.physicalBlock == blocks[1] / blockSize)
    #expect(unreadable.found?.contains("nput/output error") == true, "\(unreadable)")
    #expect(
      verified.errors.compactMap(\.rule).sorted()
        == [Rule.blockUnreadable, .inodeUnattached, .recordTooShort].map(\.rawValue).sorted())
  }

  @Test(arguments: [1024, 65536])
  func aWayThatDiffersIsNamedWithTheFirstRecord(blockSize: Int) async throws {
    let image = try await longDirectory(blockSize: blockSize)
    let d = try image.inode(of: "d")
    let at = try image.position(ofEntry: "10003-" + Self.filling, in: d)
    let verified = try await LyingDevice().verify(image, .changes, at: at + 8)
    #expect(verified.finished.status == 1)
    #expect(verified.brokenRules == [Rule.wayDiffers.rawValue], "\(verified.finished.text)")
    let first = try #require(verified.errors.first)
    #expect(first.path == "/d")
    #expect(first.logicalBlock == 0)
    // "1" and "0": one bit apart.
    #expect(first.found?.contains(/^\w+ in (low|high) memory: record \d+ is .*"00003-n/) == true, "\(first)")
    #expect(first.found?.contains("by direct inode") == true, "\(first)")
  }

  @Test(arguments: [1024, 65536])
  func whatLibext2fsFindsOtherwiseIsSaid(blockSize: Int) async throws {
    let image = try await longDirectory(blockSize: blockSize)
    let at = try image.position(ofEntry: "10003-" + Self.filling, in: try image.inode(of: "d"))
    let verified = try await LyingDevice().verify(image, .misleadsLibext2fs, at: at + 8)
    #expect(verified.finished.status == 1)
    #expect(
      verified.errors.compactMap(\.rule) == [Rule.libext2fsDiffers.rawValue], "\(verified.finished.text)")
    #expect(verified.errors[0].path == "/d")
    #expect(verified.errors[0].found?.contains("\"00003-n") == true, "\(verified.errors[0])")
  }

  @Test func theLibraryWithoutALieChangesNothing() async throws {
    let image = try await longDirectory(blockSize: 4096)
    let verified = try await LyingDevice().verify(image, .fails, at: -1)
    #expect(verified.finished.status == 0, "\(verified.finished.text)")
  }

  private static let filling = String(repeating: "n", count: 200)

  /// `/d` has three blocks or more.
  private func longDirectory(blockSize: Int) async throws -> ScratchImage {
    let names = (0..<max(40, blockSize / 90)).map { "d/\(10000 + $0)-" + Self.filling }
    return try await ScratchImage(blockSize: blockSize, tree: names)
  }
}
