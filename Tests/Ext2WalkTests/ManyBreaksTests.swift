import FolioCore
import SystemPackage
import Testing

@testable import TestSupport

/// Damage neither ends the check nor cascades: what is broken in several places is told for each, and once.
@Suite struct ManyBreaksTests {
  /// Directories `a` to `f` of 40 files each; all but `f` get broken, each in its own way.
  private func brokenImage(blockSize: Int) async throws -> ScratchImage {
    let image = try await ScratchImage(
      blockSize: blockSize, tree: "abcdef".flatMap { d in (10..<50).map { "\(d)/file-\($0)" } })
    func inode(_ name: String) throws -> InodeNumber { try image.inode(of: name) }
    func entry(_ directory: String) throws -> Int {
      try image.position(ofEntry: "file-29", in: try inode(directory))
    }
    try image.patch(at: try entry("a") + 4, UInt16(8))
    try image.patch(at: try entry("b") + 7, UInt8(2))
    try image.patch(at: try image.positions(ofDirectory: inode("c"))[0] + 12, inode("a"))
    try image.patch(at: try entry("d") + 8, Array("file/29".utf8))
    try await image.debugfs("set_inode_field /e links_count 7")
    return image
  }

  @Test(arguments: [1024, 4096, 65536])
  func eachBreakIsToldOnce(blockSize: Int) async throws {
    let image = try await brokenImage(blockSize: blockSize)
    let verified = try await VerifiedImage.verify(image.path.string)
    let found = verified.errors.map { "\($0.path ?? "-") \($0.rule ?? "")" }
    #expect(
      found.sorted() == [
        // The inodes that a bad record and a bad name named, in one.
        "- inode-unattached", "/a record-too-short", "/b type-mismatch", "/c wrong-dot-dot",
        "/d name-unusable",
        "/e wrong-link-count",
      ], "\(verified.finished.text)")
    // All of the sound directories, and what follows the bad records, was looked at.
    #expect(verified.summary.directories == 8)
  }

  /// `e2fsck -fn` ends at the first corrupt block.
  @Test(arguments: [1024, 4096, 65536])
  func e2fsckTellsOfLess(blockSize: Int) async throws {
    let image = try await brokenImage(blockSize: blockSize)
    let words = try await E2fsck.check(image.path.string).output
    #expect(words.contains("Directory inode \(try image.inode(of: "a"))"), "\(words)")
    #expect(!words.contains("Pass 3"))
    for other in "bcde" {
      #expect(!words.contains("inode \(try image.inode(of: String(other)))"), "\(words)")
    }
  }

  /// A hundred bad records in one directory cost a hundred findings at most, and no entry but their own.
  @Test func manyBadRecordsInADirectoryAreToldOneByOne() async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: (1000..<1400).map { "d/\($0)" + String(repeating: "n", count: 60) })
    let blocks = try image.positions(ofDirectory: try image.inode(of: "d"))
    try #require(blocks.count > 6)
    for block in blocks.dropFirst() { try image.patch(at: block + 4, UInt16(2)) }
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.errors.count { $0.rule == "record-too-short" } == blocks.count - 1)
    #expect(verified.errors.compactMap(\.logicalBlock) == Array(1..<blocks.count))
    #expect(verified.errors.count == blocks.count, "\(verified.finished.text)")
    let unattached = try #require(verified.errors.first { $0.rule == "inode-unattached" })
    #expect(unattached.found?.hasPrefix("\(blocks.count - 1) inodes, perhaps for the damage found: ") == true)
  }
}
