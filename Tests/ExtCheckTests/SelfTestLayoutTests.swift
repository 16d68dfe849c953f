import Basics
import ExtCheck
import ExtVolume
import FolioCore
import SystemPackage
import Testing

@testable import TestSupport

/// The file system that the self-test makes.
@Suite struct SelfTestLayoutTests {
  /// Pages of 16 KiB, as some arm64 kernels have: one boundary is one, not "all 1".
  @Test func boundariesAreCounted() throws {
    let pages = try #require(PageSize(byteCount: 16384))
    let scratch = try ScratchDirectory()
    let one = try SelfTest(
      blockSize: try #require(BlockSize(byteCount: 32768)), pageSize: pages, in: scratch.path.string
    ).description
    #expect(
      one.hasSuffix("across the one boundary of pages of 16384 bytes, beginning 4 to 260 bytes before it"))
    let three = try SelfTest(blockSize: .largest, pageSize: pages, in: scratch.path.string).description
    #expect(three.contains("across all 3 boundaries of pages") && three.hasSuffix("before them"))
  }

  /// By libext2fs' iterator: in each directory, at each boundary, a record of 263 bytes begins `phase` bytes before.
  @Test(arguments: [(8192, 4096), (16384, 4096), (65536, 4096), (65536, 16384)])
  func recordsBeginWhereTheyAreMeantTo(blockSize: Int, pageSize: Int) throws {
    let test = try SelfTest(
      blockSize: try #require(BlockSize(byteCount: blockSize)),
      pageSize: try #require(PageSize(byteCount: pageSize)), in: "/tmp")
    let oracle = try Ext2fsOracle(test.location.filePath.string)
    let directories = try oracle.entries(of: .root).filter { $0.name.starts(with: Array("phase-".utf8)) }
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
