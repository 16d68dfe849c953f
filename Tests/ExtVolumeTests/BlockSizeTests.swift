import Basics
import FolioCore
import Testing

@testable import ExtVolume

/// The sizes that blocks can have, and what they make of numbers of blocks and of bytes.
@Suite struct BlockSizeTests {
  @Test func thereAreSeven() {
    #expect(BlockSize.all.map(\.byteCount) == [1024, 2048, 4096, 8192, 16384, 32768, 65536])
    for byteCount in [Int.min, -1024, 0, 1, 512, 1023, 1025, 3072, 65535, 131_072, .max] {
      #expect(BlockSize(byteCount: byteCount) == nil, "\(byteCount)")
    }
    for size in BlockSize.all { #expect(BlockSize(byteCount: size.byteCount) == size) }
    #expect(BlockSize.all.map(\.logarithm) == [0, 1, 2, 3, 4, 5, 6] && BlockSize.all.last == .largest)
  }

  /// A superblock may say more than there can be.
  @Test(arguments: [(0, 1024), (6, 65536), (7, 131_072), (20, 1 << 30), (21, 1 << 30), (UInt32.max, 1 << 30)])
  func aSuperblockSaysIt(logarithm: UInt32, byteCount: Int) {
    #expect(BlockSize(logarithm: logarithm).byteCount == byteCount)
  }

  @Test func blocksBeginWhereTheyBegin() throws {
    let size = try #require(BlockSize(byteCount: 4096))
    #expect(size.position(of: 3) == 12288 && size.block(at: 12287) == 2 && size.block(at: 12288) == 3)
    // What is added to a position doesn't overflow.
    let last = BlockNumber(UInt64(Int64.max) / 4096)
    #expect(size.position(of: last) != nil && size.position(of: last + 1) == nil)
    #expect(size.position(of: .max) == nil)
  }

  @Test func bytesAreCountedInBlocks() throws {
    let size = try #require(BlockSize(byteCount: 1024))
    #expect(size.byteCount(of: 5) == 5120 && size.byteCount(of: 1 << 54) == nil)
    #expect(size.wholeBlocks(in: 2047) == 1 && size.blocks(for: 2047) == 2 && size.blocks(for: 2048) == 2)
    #expect(size.blocks(for: 0) == 0 && size.blocks(for: .max) == 1 << 54)
    #expect(size.divides(2048) && size.divides(0) && !size.divides(2049))
  }
}
