import Basics
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Damage of directories is told apart by its cases and numbers.
@Suite struct DirectoryDamageTests {
  /// What is found in a directory, and its map of blocks.
  private func read(
    _ number: InodeNumber, _ volume: Volume, _ options: ReadingOptions = ReadingOptions()
  ) throws -> (damage: [DirectoryDamage.Kind], blocks: [BlockPlace?], names: [String]) {
    var reader = try DirectoryReader(volume, options: options)
    var inodes = InodeTable(volume)
    var damage: [DirectoryDamage] = []
    var names: [String] = []
    reader.begin(FoundDirectory(inode: number, path: []), inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .damage(let new): damage.append(new)
      case .entries(var entries):
        while let record = entries.next() {
          names.append(String(decoding: [UInt8](copying: entries.name(of: record)), as: UTF8.self))
        }
      default: break
      }
    }
    return (damage.map(\.kind), damage.map(\.block), names)
  }

  /// An image with a directory `d`, whose inode is 12, of the files `a`, `b` and `c`: 13 to 15 in some order.
  private func image() async throws -> MemoryImage {
    try await MemoryImage(tree: ["d/a", "d/b", "d/c"])
  }

  // MARK: The directory

  @Test func aDirectoryThatIsNone() async throws {
    var image = try await image()
    image.setInode(12, 0o100644 as UInt16, at: Inode.Field.mode)
    let volume = try image.open()
    #expect(try read(12, volume).damage == [.notDirectory(.regular)])
    let (last, count) = (volume.superblock.lastInode, volume.superblock.inodeCount)
    #expect(try read(last + 1, volume).damage == [.directory(.noInode(last + 1, count: count))])
  }

  @Test func aSizeThatIsNone() async throws {
    var image = try await image()
    image.setInode(12, 1500 as UInt32, at: Inode.Field.size)
    #expect(try read(12, image.open()).damage == [.sizeNotInBlocks(1500), .hole(1..<2)])
  }

  // MARK: Its blocks

  @Test func blocksThatCanNotBe() async throws {
    var image = try await image()
    let superblock = try image.open().superblock
    let (blocksEnd, blockCount) = (superblock.blocksEnd, superblock.blockCount)
    let first = image.position(ofBlock: 0, of: 12)
    image.setInode(12, 7 * 1024 as UInt32, at: Inode.Field.size)
    let blocks: [UInt32] = [
      UInt32(first / 1024), 0, UInt32(blockCount) + 5, UInt32(blockCount) - 1, UInt32(first / 1024), 0, 0,
    ]
    for (index, block) in blocks.enumerated() {
      image.setInode(12, block, at: Inode.Field.blockArea + 4 * index)
    }
    image.bytes.removeLast(1024)
    let expected: [DirectoryDamage.Kind] = [
      .hole(1..<2), .unmapped(2..<3, .outside(blocksEnd + 5, blockCount: blockCount)),
      .unmapped(3..<4, .afterImage(BlockNumber(blockCount - 1))),
      .unmapped(4..<5, .blockTwice(BlockNumber(first / 1024))),
      .hole(5..<7),
    ]
    #expect(try read(12, image.open()).damage == expected)
  }

  @Test func blocksThatCanNotBeRead() async throws {
    var image = try await image()
    let position = UInt64(image.position(ofBlock: 0, of: 12))
    let place = BlockPlace(logical: 0, physical: BlockNumber(position / 1024))
    let deaf = try Volume(FaultySource(MemorySource(image.bytes), .fails(at: Int(position))))
    let found = try read(12, deaf)
    #expect(found.damage == [.unreadable(.source(.system(.ioError, position: BytePosition(position))))])
    #expect(found.blocks == [place] && found.names.isEmpty)
    // High memory has no permanent address.
    var options = ReadingOptions()
    options.memory = .high
    options.way = .direct
    let refusal = MappingRefusal(.direct, .noPermanentAddress)
    #expect(try read(12, image.open(), options).damage == [.unreadable(.refused(refusal))])
    // The block of numbers of blocks 12 and on.
    image.setInode(12, 13 * 1024 as UInt32, at: Inode.Field.size)
    image.setInode(12, UInt32(position / 1024), at: Inode.Field.blockArea)
    let node = try image.open().superblock.blockCount - 2
    image.setInode(12, UInt32(node), at: Inode.Field.blockArea + 48)
    let start = node * 1024
    let deafNode = try Volume(FaultySource(MemorySource(image.bytes), .fails(at: Int(start))))
    let error = VolumeError.read(
      .system(.ioError, position: BytePosition(start)), of: .block(BlockNumber(node)))
    #expect(try read(12, deafNode).damage == [.hole(1..<12), .unmapped(12..<13, .unreadable(error))])
  }

  // MARK: Its records

  @Test func recordsThatBreakRules() async throws {
    var image = try await image()
    let block = image.position(ofBlock: 0, of: 12)
    // The first entry after "." and "..", of length 12 as they are.
    image.set(6 as UInt16, at: block + 24 + 4)
    let record = Record(
      offset: 24, length: 6, inode: image.bytes.raw.littleEndian(at: block + 24), nameLength: 1,
      fileTypeCode: FolioCore.FileType.regular.rawValue)
    let found = try read(12, image.open())
    #expect(
      found.damage == [.record(RecordDamage(rule: .recordTooShort, record: record), resumedAt: 36)])
    #expect(found.blocks == [BlockPlace(logical: 0, physical: BlockNumber(block / 1024))])
    #expect(found.names.count == 4)
  }

  @Test func namesThatNoneCanBe() async throws {
    var image = try await image()
    let block = image.position(ofBlock: 0, of: 12)
    image.set(UInt8(ascii: "/"), at: block + 24 + 8)
    image.set(0 as UInt8, at: block + 36 + 6)
    let found = try read(12, image.open())
    guard found.damage.count == 2, case .implausible(let first, let name, .unusableName) = found.damage[0],
      case .implausible(let second, [], .noName) = found.damage[1]
    else {
      Issue.record("\(found.damage)")
      return
    }
    #expect(name == Array("/".utf8) && first.offset == 24 && second.offset == 36)
  }

  /// After damage an entry must fit its inode, and have a name of its own.
  @Test func remainsAreNoEntries() async throws {
    var image = try await image()
    let block = image.position(ofBlock: 0, of: 12)
    image.set(6 as UInt16, at: block + 24 + 4)
    let second = image.bytes.raw.littleEndian(at: block + 36, as: InodeNumber.self)
    let third = image.bytes.raw.littleEndian(at: block + 48, as: InodeNumber.self)
    func remains() throws -> [Remains] {
      try read(12, image.open()).damage.compactMap {
        if case .implausible(_, _, .remains(let why)) = $0 { why } else { nil }
      }
    }
    #expect(try remains() == [])
    var (whole, unused) = (image, image)
    unused.setInode(second, 0 as UInt16, at: Inode.Field.links)
    image = unused
    #expect(try remains() == [.disagreement(.inodeUnused(second))])
    whole.setInode(third, 0o040755 as UInt16, at: Inode.Field.mode)
    image = whole
    #expect(
      try remains() == [.disagreement(.types(record: .regular, inode: third, .directory))])
    // The third has the second's name.
    whole.setInode(third, 0o100644 as UInt16, at: Inode.Field.mode)
    whole.set(whole.bytes[block + 36 + 8], at: block + 48 + 8)
    image = whole
    #expect(try remains() == [.nameTaken])
  }
}
