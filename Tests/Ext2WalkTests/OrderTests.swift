import Basics
import ExtVolume
import FolioCore
import Testing

@testable import TestSupport

/// The records and their order, against libext2fs' own iterator and the kernel's.
@Suite struct OrderTests {
  @Test(arguments: Fixture.all)
  func recordsAreThoseOfLibext2fs(_ fixture: Fixture) async throws {
    let oracle = try Ext2fsOracle(fixture.image)
    let (entries, _) = try await ListedEntry.list(["-RUa", fixture.image])
    let ours = Dictionary(grouping: entries, by: { $0.directory ?? 0 })
    #expect(ours.count == (try fixture.manifest().values.count { $0.type == "directory" }) + 1)
    for (directory, entries) in ours {
      let expected = try oracle.entries(of: InodeNumber(directory))
      #expect(entries.map(\.inode) == expected.map { Int($0.inode.rawValue) })
      #expect(entries.map(\.nameOnDisk) == expected.map(\.name))
      // libext2fs makes up records for "." and ".." in the inode, and counts the rest from where each part begins.
      let isInline = entries.allSatisfy { $0.logicalBlock == nil }
      let madeUp = isInline ? 2 : 0
      // Records of revision 0 say no types.
      if fixture.name != "lbs-ext2-32k-rev0" {
        #expect(
          entries.map(\.type).dropFirst(madeUp)
            == expected.map { "\(FileType(code: UInt8($0.type)).word)" }.dropFirst(madeUp))
      }
      guard !isInline else { continue }
      #expect(entries.map(\.offset) == expected.map(\.offset))
      #expect(entries.map(\.recordLength) == expected.map(\.recordLength))
    }
  }

  @Test(arguments: Fixture.listedInDiskOrder)
  func unsortedIsTheKernelsOrder(_ fixture: Fixture) async throws {
    var expected: [Int: [String]] = [:]
    for line in try fixture.lines(of: "readdir.tsv") {
      let fields = line.split(separator: "\t").map(String.init)
      if [".", ".."].contains(fields[4]) { continue }
      expected[try #require(Int(fields[0])), default: []].append("\(fields[1]) \(percentDecoded(fields[4]))")
    }
    try #require(!expected.isEmpty)
    let (entries, _) = try await ListedEntry.list(["-RU", fixture.image])
    let ours = Dictionary(grouping: entries, by: { $0.directory ?? 0 })
      .mapValues { $0.map { "\($0.inode) \($0.wholeName)" } }
    #expect(Set(ours.keys) == Set(expected.keys))
    for (directory, names) in ours { #expect(names == expected[directory], "directory \(directory)") }
  }

  @Test(arguments: Fixture.all)
  func sortedIsByByteValue(_ fixture: Fixture) async throws {
    let (entries, _) = try await ListedEntry.list(["-R", fixture.image])
    for (_, entries) in Dictionary(grouping: entries, by: { $0.directory ?? 0 }) {
      let names = entries.map(\.wholeName)
      #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
    }
  }

  /// A record crosses a page if its header and name lie on two pages: by arithmetic on the raw blocks.
  @Test(arguments: [Fixture(name: "ppc64-ext2fix-64k-big"), Fixture(name: "ppc64-ext2-16k-big"), .small])
  func crossingRecordsAreWhereTheyAre(_ fixture: Fixture) async throws {
    let oracle = try Ext2fsOracle(fixture.image)
    let (entries, _) = try await ListedEntry.list(["-RUa", fixture.image])
    let page = PageSize.host.byteCount
    var expected: Set<String> = []
    for directory in Set(entries.compactMap(\.directory)) {
      for (number, bytes) in try oracle.blocks(of: InodeNumber(directory)) {
        var offset = 0
        while offset < bytes.count {
          let inode = bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
          let raw = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
          let last = offset + 8 + Int(bytes[offset + 6]) - 1
          if inode != 0, offset / page != last / page { expected.insert("\(number):\(offset)") }
          offset += raw == 0xFFFF ? 65536 : raw
        }
      }
    }
    let found = entries.filter(\.crossesPage).map { "\($0.physicalBlock ?? 0):\($0.offset)" }
    #expect(Set(found) == expected)
    #expect(found.count == expected.count)
    if fixture.name.contains("big") { #expect(expected.count > 10) }
  }
}
