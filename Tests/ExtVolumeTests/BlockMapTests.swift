import Basics
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Maps of the blocks of a directory, from bytes made by hand.
@Suite struct BlockMapTests {
  private static let directory: InodeNumber = 12

  /// The 15 numbers of `i_block`.
  private func numbers(_ numbers: [Int]) -> [UInt8] {
    numbers.flatMap { UInt32($0).littleEndianBytes }
  }

  /// A node of an extent tree; children and extents are 12 bytes each.
  private func node(depth: UInt16, room: UInt16 = 4, _ entries: [[UInt8]]) -> [UInt8] {
    [UInt16(0xF30A), UInt16(entries.count), room, depth].flatMap(\.littleEndianBytes) + [0, 0, 0, 0]
      + entries.joined()
  }

  private func extent(_ logical: Int, _ count: Int, at physical: Int) -> [UInt8] {
    UInt32(logical).littleEndianBytes + UInt16(count).littleEndianBytes + [0, 0]
      + UInt32(physical).littleEndianBytes
  }

  private func child(_ logical: Int, in block: Int) -> [UInt8] {
    UInt32(logical).littleEndianBytes + UInt32(block).littleEndianBytes + [0, 0, 0, 0]
  }

  /// The case, and its numbers: what people read is tested elsewhere.
  private func name(_ damage: BlockMapDamage) -> String {
    switch damage {
    case .nodeHeader: "nodeHeader"
    case .nodeTwice(let block): "nodeTwice(\(block))"
    case .blockTwice(let block): "blockTwice(\(block))"
    case .impossible(let block): "impossible(\(block))"
    case .outside(let block, let count): "outside(\(block), blockCount: \(count))"
    case .afterImage(let block): "afterImage(\(block))"
    case .unwritten: "unwritten"
    case .neverWritten(let block): "neverWritten(\(block))"
    case .unreadable(let error): "unreadable(\(error))"
    case .misplaced(let count): "misplaced(blockCount: \(count))"
    case .emptyExtents: "emptyExtents"
    case .afterSize(let count): "afterSize(byteCount: \(count))"
    }
  }

  /// Reads the map of a directory of `blockCount` blocks. Returns what it says, a line for each run and problem, and which
  /// blocks were read for it.
  private func read(
    _ area: [UInt8], blockCount: Int, hasExtents: Bool = false, blocks: [Int: [UInt8]] = [:],
    fault: FaultySource.Fault = .none, cutTo blocksThere: Int? = nil
  ) throws -> (lines: [String], map: BlockMap, reads: [BlockNumber]) {
    var image = HandmadeImage()
    for (block, bytes) in blocks { image.put(bytes, inBlock: block) }
    image.putInode(
      Self.directory, mode: 0o040755, byteCount: blockCount * 1024,
      flags: hasExtents ? InodeFlag.extents : 0, area: area)
    let bytes = Array(image.bytes.prefix((blocksThere ?? 2048) * 1024))
    let source = FaultySource(MemorySource(bytes), fault)
    let volume = try Volume(source)
    var inodes = InodeTable(volume)
    let inode = try inodes.inode(Self.directory)
    source.forgetReads()
    let map = BlockMapReader.read(inode, on: volume)
    let lines = map.runs.map { run in
      let contents =
        switch run.contents {
        case .mapped(let physical): "at \(physical)"
        case .hole: "hole"
        case .damaged(let damage): name(damage)
        }
      return "\(run.logical.lowerBound)..<\(run.logical.upperBound) \(contents)"
    }
    // They cover the size, whatever is wrong.
    #expect(map.runs.first?.logical.lowerBound ?? 0 == 0)
    #expect(map.runs.last?.logical.upperBound ?? 0 == LogicalBlock(blockCount))
    for (run, next) in zip(map.runs, map.runs.dropFirst()) {
      #expect(run.logical.upperBound == next.logical.lowerBound)
    }
    return (
      lines + map.damage.map(name), map,
      source.reads.map { volume.superblock.blockSize.block(at: $0.lowerBound) }
    )
  }

  @Test func blocksOfTheInodeTakeNoRead() throws {
    let (lines, map, reads) = try read(numbers([100, 101, 102, 0, 0, 200, 199]), blockCount: 8)
    #expect(lines == ["0..<3 at 100", "3..<5 hole", "5..<6 at 200", "6..<7 at 199", "7..<8 hole"])
    #expect(reads.isEmpty && map.nodes.isEmpty)
    let places = (0..<9 as Range<LogicalBlock>).map { map.physical(of: $0) }
    #expect(places == [100, 101, 102, nil, nil, 200, 199, nil, nil])
    #expect(map.mappedCount == 5)
  }

  /// One, two and three levels of block numbers: each block of them is read once.
  @Test func blocksOfNumbersAreReadOnceEach() throws {
    let direct = Array(100..<112)
    let blocks: [Int: [UInt8]] = [
      300: numbers(Array(400..<656)),
      301: numbers([302, 0, 303]), 302: numbers([700, 701]), 303: numbers([702]),
      304: numbers([305]), 305: numbers([306]), 306: numbers([703, 704]),
    ]
    let second = 12 + 256
    let third = second + 256 * 256
    let (lines, map, reads) = try read(
      numbers(direct + [300, 301, 304]), blockCount: third + 3, blocks: blocks)
    #expect(
      lines == [
        "0..<12 at 100", "12..<\(second) at 400", "\(second)..<\(second + 2) at 700",
        "\(second + 2)..<\(second + 512) hole", "\(second + 512)..<\(second + 513) at 702",
        "\(second + 513)..<\(third) hole", "\(third)..<\(third + 2) at 703",
        "\(third + 2)..<\(third + 3) hole",
      ])
    #expect(reads == [300, 301, 302, 303, 304, 305, 306] && map.nodes == reads)
  }

  /// What a number may be, and the first that it may not.
  @Test(arguments: [
    ([2047], 1, ["0..<1 at 2047"]),
    ([2048], 1, ["0..<1 outside(2048, blockCount: 2048)"]),
    ([100, 100], 2, ["0..<1 at 100", "1..<2 blockTwice(100)"]),
  ])
  func aNumberIsInTheFileSystemAndServesOnce(area: [Int], blockCount: Int, expected: [String]) throws {
    #expect(try read(numbers(area), blockCount: blockCount).lines == expected)
  }

  @Test func theImageMayEndBeforeTheFileSystem() throws {
    let area = numbers([1999, 2000])
    #expect(try read(area, blockCount: 2, cutTo: 2001).lines == ["0..<2 at 1999"])
    let (lines, _, _) = try read(area, blockCount: 2, cutTo: 2000)
    #expect(lines == ["0..<1 at 1999", "1..<2 afterImage(2000)"])
  }

  /// A block of numbers that leads to itself is read once, and costs only what it leads to.
  @Test func aBlockOfNumbersServesOnce() throws {
    let twelve = [Int](repeating: 0, count: 12)
    let (lines, _, reads) = try read(
      numbers(twelve + [0, 300]), blockCount: 12 + 256 + 512,
      blocks: [300: numbers([300, 301]), 301: numbers([500])])
    #expect(
      lines == [
        "0..<268 hole", "268..<524 nodeTwice(300)", "524..<525 at 500",
        "525..<780 hole",
      ])
    #expect(reads == [300, 301])
  }

  @Test func aBlockOfNumbersThatCannotBeReadCostsWhatItLeadsTo() throws {
    let area = numbers(Array(100..<112) + [300])
    let (lines, map, reads) = try read(area, blockCount: 20, fault: .fails(at: 300 * 1024 + 5))
    #expect(lines.count == 2 && lines[0] == "0..<12 at 100" && map.runs.last?.logical == 12..<20)
    let failure = VolumeError.read(.system(.ioError, position: BytePosition(300 * 1024)), of: .block(300))
    guard case .damaged(let damage) = try #require(map.runs.last).contents else {
      Issue.record("\(lines)")
      return
    }
    #expect(damage == .unreadable(failure), "\(lines)")
    #expect(reads == [300])
  }

  @Test func whatIsMappedAfterTheSizeIsSaid() throws {
    let (lines, _, _) = try read(numbers([100, 101, 102]), blockCount: 2)
    #expect(lines == ["0..<2 at 100", "afterSize(byteCount: 2048)"])
    // As far as it ends there, there is nothing to say.
    #expect(try read(numbers([100, 101]), blockCount: 2).lines == ["0..<2 at 100"])
  }

  @Test func extentsOfTheInodeTakeNoRead() throws {
    let area = node(depth: 0, [extent(0, 3, at: 100), extent(5, 2, at: 103), extent(7, 1, at: 105)])
    let (lines, _, reads) = try read(area, blockCount: 9, hasExtents: true)
    #expect(lines == ["0..<3 at 100", "3..<5 hole", "5..<8 at 103", "8..<9 hole"])
    #expect(reads.isEmpty)
  }

  /// More than 32768 says that nothing was written there yet, and how many blocks that are.
  @Test func anUnwrittenExtentIsSaid() throws {
    let area = node(depth: 0, [extent(0, 1, at: 100), extent(1, 32768 + 2, at: 101)])
    #expect(
      try read(area, blockCount: 3, hasExtents: true).lines
        == ["0..<1 at 100", "1..<3 unwritten"])
  }

  @Test func extentsOutOfOrderAndOfNoLengthAreSaid() throws {
    let area = node(depth: 0, [extent(2, 2, at: 100), extent(0, 2, at: 110), extent(4, 0, at: 120)])
    #expect(
      try read(area, blockCount: 4, hasExtents: true).lines
        == [
          "0..<2 hole", "2..<4 at 100", "misplaced(blockCount: 2)",
          "emptyExtents",
        ])
  }

  /// Nodes two levels deep; a node whose header says another depth, or that is none, costs what it leads to.
  @Test func nodesOfATreeAreReadOnceEach() throws {
    let area = node(depth: 1, [child(0, in: 300), child(4, in: 301), child(8, in: 302), child(12, in: 303)])
    let blocks = [
      300: node(depth: 0, room: 84, [extent(0, 4, at: 100)]),
      301: node(depth: 1, room: 84, [child(4, in: 304)]),
      302: [UInt8](repeating: 0xEE, count: 1024),
      303: node(depth: 0, room: 84, [extent(12, 2, at: 200)]),
    ]
    let (lines, map, reads) = try read(area, blockCount: 16, hasExtents: true, blocks: blocks)
    #expect(
      lines == [
        "0..<4 at 100", "4..<12 nodeHeader", "12..<14 at 200", "14..<16 hole",
      ])
    #expect(reads == [300, 301, 302, 303] && map.nodes == reads)
  }

  @Test func aNodeServesOnce() throws {
    let area = node(depth: 1, [child(0, in: 300), child(4, in: 300)])
    let (lines, _, reads) = try read(
      area, blockCount: 8, hasExtents: true, blocks: [300: node(depth: 0, room: 84, [extent(0, 4, at: 100)])])
    #expect(lines == ["0..<4 at 100", "4..<8 nodeTwice(300)"])
    #expect(reads == [300])
  }
}
