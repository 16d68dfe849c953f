import Basics
import CExt2fs
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Checksums against libext2fs', of whole blocks and inodes and of such with a byte changed.
@Suite struct ChecksumTests {
  /// A file system with checksums, blocks of an index among its directory blocks.
  private static func image(blockSize: Int) async throws -> ScratchImage {
    let names = (0..<400).map { "d/\(10000 + $0)-" + String(repeating: "n", count: 200) }
    let image = try await ScratchImage(
      blockSize: blockSize, tree: names + ["e/other"], options: ["-O", "metadata_csum,^64bit,dir_index"])
    try #require(try await Command.run("e2fsck", ["-fyD", image.path.string]).status <= 1)
    return image
  }

  @Test(arguments: [1024, 4096, 65536])
  func directoryBlocksAreThoseOfLibext2fs(blockSize: Int) async throws {
    let image = try await Self.image(blockSize: blockSize)
    let oracle = try Ext2fsOracle(image.path.string)
    let volume = try Volume(
      at: try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil)))
    var inodes = InodeTable(volume)
    var random = SeededRandom(seed: UInt64(blockSize))
    var nodeCount = 0
    for number in [2, try image.inode(of: "d"), try image.inode(of: "e")] {
      let directory = try inodes.inode(number)
      for (_, bytes) in try oracle.blocks(of: number) {
        #expect(oracle.hasRightChecksum(bytes, directory: number))
        let isRight = volume.hasRightChecksum(bytes.raw, of: directory)
        #expect(isRight)
        if HashNode.checksumLayout(of: bytes.raw) != nil { nodeCount += 1 }
        for _ in 0..<40 {
          var broken = bytes
          broken[random.below(bytes.count)] ^= UInt8(1 + random.below(255))
          let theirs = oracle.hasRightChecksum(broken, directory: number)
          // Theirs also looks whether records lead to the checksum; ours leaves records to those who read them.
          let ours = volume.hasRightChecksum(broken.raw, of: directory)
          if theirs { #expect(ours) }
          if broken.prefix(24) == bytes.prefix(24), broken.suffix(12) == bytes.suffix(12) {
            let isCovered = !(HashNode.checksumLayout(of: bytes.raw) != nil)
            if isCovered { #expect(!ours) }
          }
        }
      }
    }
    #expect(nodeCount > 0)
  }

  @Test(arguments: [128, 256])
  func inodesAreThoseOfLibext2fs(inodeSize: Int) async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["a", "d/b"],
      options: ["-O", "metadata_csum,^64bit", "-I", "\(inodeSize)"])
    let oracle = try Ext2fsOracle(image.path.string)
    let volume = try Volume(
      at: try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil)))
    let file = try readFile(image.path)
    var random = SeededRandom(seed: 7)
    for number in [2, try image.inode(of: "a"), try image.inode(of: "d")] as [InodeNumber] {
      let at = try await image.position(ofInode: number)
      let bytes = Array(file[at..<at + inodeSize])
      let isRight = volume.hasRightChecksum(inode: number, bytes.raw)
      let isThatOfAnother = volume.hasRightChecksum(inode: number + 1, bytes.raw)
      #expect(isRight && !isThatOfAnother)
      for _ in 0..<200 {
        var broken = bytes
        broken[random.below(bytes.count)] ^= UInt8(1 + random.below(255))
        let theirs = oracle.hasRightChecksum(inode: number, broken)
        let ours = volume.hasRightChecksum(inode: number, broken.raw)
        #expect(ours == theirs)
      }
    }
  }

  /// The checksum stands in the last page, where there is nothing else: it is read by who asks for it.
}
