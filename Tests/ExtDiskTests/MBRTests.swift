import Basics
import ExtVolume
import Testing

@testable import ExtDisk
@testable import TestSupport

/// The tables of MBRs, from bytes made by hand.
@Suite struct MBRTests {
  private func entry(
    flag: UInt8 = 0, type: UInt8 = 0x83, start: UInt32, count: UInt32
  ) -> [UInt8] {
    [flag, 1, 2, 3, type, 4, 5, 6] + start.littleEndianBytes + count.littleEndianBytes
  }

  /// A disk of 64 sectors, with tables in some of them.
  private func disk(_ tables: [Int: [[UInt8]]]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 * 512)
    for (sector, entries) in tables {
      for (index, entry) in entries.enumerated() { bytes.put(entry, at: sector * 512 + 446 + index * 16) }
      bytes.put([0x55, 0xAA], at: sector * 512 + 510)
    }
    return bytes
  }

  private func read(_ bytes: [UInt8], sectorSize: Int = 512) -> TableEntries? {
    var failure: DeviceReadError?
    let table = MBR.read(MemorySource(bytes), sectorSize: sectorSize, &failure)
    #expect(failure == nil)
    return table
  }

  @Test func aPartitionHasAllItsFields() throws {
    let bytes = disk([
      0: [
        entry(flag: 0x80, start: 8, count: 4), entry(type: 0, start: 9, count: 9),
        entry(type: 7, start: 0xFFFF_FFFF, count: 0xFFFF_FFFF), entry(type: 0xEE, start: 1, count: 3),
      ]
    ])
    let table = try #require(read(bytes))
    #expect(table.damage.isEmpty && !table.isBackup)
    #expect(table.partitions.map(\.number) == [1, 3, 4])
    let (first, second) = (table.partitions[0], table.partitions[1])
    #expect(first.start == 4096 && first.byteCount == 2048 && first.type == "83" && first.name.isEmpty)
    #expect(first.role == .ordinary && table.partitions[2].role == .protective)
    #expect(
      second.type == "07" && second.start == BytePosition(0xFFFF_FFFF * 512)
        && second.byteCount == 0xFFFF_FFFF * 512)
    #expect(MBR.protectedEnd(MemorySource(bytes)) == 4)
    #expect(MBR.protectedEnd(MemorySource(disk([0: [entry(start: 8, count: 4)]]))) == nil)
    let large = try #require(read(bytes, sectorSize: 4096))
    #expect(large.partitions[0].start == 32768 && large.partitions[0].byteCount == 16384)
  }

  @Test func whatOnlyLooksLikeATableIsNone() {
    #expect(read(disk([0: []])) == nil)
    #expect(read(disk([0: [entry(start: 8, count: 0)]])) == nil)
    // Code of a boot sector: other flags, or a partition at the table itself.
    #expect(read(disk([0: [entry(start: 8, count: 4), entry(flag: 0x33, start: 9, count: 1)]])) == nil)
    #expect(read(disk([0: [entry(start: 0, count: 4)]])) == nil)
    var unsigned = disk([0: [entry(start: 8, count: 4)]])
    #expect(read(unsigned) != nil)
    unsigned[511] = 0xAB
    #expect(read(unsigned) == nil)
    #expect(read(Array(disk([0: [entry(start: 8, count: 4)]]).prefix(511))) == nil)
  }

  /// Logical partitions count from their own table, links from the extended partition's start.
  @Test(arguments: [0x05, 0x0F, 0x85] as [UInt8]) func logicalPartitionsAreInAChain(type: UInt8) throws {
    let table = try #require(
      read(
        disk([
          0: [entry(type: type, start: 10, count: 50)],
          10: [entry(start: 2, count: 3), entry(type: 5, start: 20, count: 9)],
          30: [entry(type: 7, start: 1, count: 4)],
        ])))
    #expect(table.damage.isEmpty)
    #expect(table.partitions.map(\.number) == [1, 5, 6])
    #expect(table.partitions.map { $0.start.rawValue / 512 } == [10, 12, 31])
    #expect(table.partitions.map { $0.byteCount / 512 } == [50, 3, 4])
    #expect(table.partitions[0].role == .extended && table.partitions[1].role == .ordinary)
  }

  @Test(arguments: [
    // Back to the first link, to itself, to a sector without a table, after the end.
    ([link(0, 9)], "it leads back there"), ([link(20, 9)], "there is no table"),
    ([link(60, 9)], "after the end of the image"),
    ([link(0xFFFF_FFFF, 1)], "after the end of the image"),
  ])
  func aBrokenChainIsSaid(links: [[UInt8]], reason: String) throws {
    let table = try #require(
      read(
        disk([
          0: [entry(type: 5, start: 10, count: 50)], 10: [entry(start: 2, count: 3)] + links,
        ])))
    #expect(table.partitions.map(\.number) == [1, 5])
    let damage = try #require(table.damage.first)
    #expect(table.damage.count == 1 && damage.losesPartitions)
    #expect(damage.description.contains(reason), "\(damage.description)")
  }

  private static func link(_ start: UInt32, _ count: UInt32) -> [UInt8] {
    [0, 0, 0, 0, 5, 0, 0, 0] + start.littleEndianBytes + count.littleEndianBytes
  }

  /// A chain of 2000 links is followed for 1024 of them, and no more than 256 partitions are kept.
  @Test func aLongChainEnds() throws {
    var bytes = [UInt8](repeating: 0, count: 2100 * 512)
    bytes.put(entry(type: 5, start: 1, count: 2099), at: 446)
    bytes.put([0x55, 0xAA], at: 510)
    for link in 0..<2000 {
      let at = (1 + link) * 512
      bytes.put(entry(start: 1, count: 1), at: at + 446)
      bytes.put(entry(type: 5, start: UInt32(link + 1), count: 1), at: at + 462)
      bytes.put([0x55, 0xAA], at: at + 510)
    }
    let table = try #require(read(bytes))
    #expect(table.partitions.count == PartitionTable.mostPartitions)
    #expect(table.damage.count == 2 && table.damage.allSatisfy { $0.losesPartitions })
    #expect(table.damage[0].description.contains("more than 1024 links"), "\(table.damage[0].description)")
    #expect(table.damage == [.brokenChain(at: 524_800, .tooManyLinks(1024)), .tooManyPartitions])
  }
}
