import Basics
import FolioCore

@testable import ExtVolume

/// A file system in memory that a test writes byte by byte: blocks of 1 KiB, one group, no bitmaps, inodes of 256 bytes.
///
/// The superblock is in block 1, the one descriptor in block 2, the inode table begins at block 8. What follows it is the test's.
struct HandmadeImage {
  static let blockSize = 1024
  static let inodeSize = 256
  static let inodeTable = 8

  private(set) var bytes: [UInt8]
  /// The first block after the inode table.
  let firstFreeBlock: Int

  /// - Parameters:
  ///   - blockCount: how many blocks the file system has.
  ///   - inodeCount: a multiple of 8, at most 8192.
  init(blockCount: Int = 2048, inodeCount: Int = 64) {
    typealias Field = Superblock.Field
    bytes = [UInt8](repeating: 0, count: blockCount * Self.blockSize)
    firstFreeBlock = Self.inodeTable + inodeCount * Self.inodeSize / Self.blockSize
    for (field, value) in [
      (Field.inodeCount, inodeCount), (Field.blockCount, blockCount), (Field.firstDataBlock, 1),
      (Field.blocksPerGroup, 8192), (Field.clustersPerGroup, 8192), (Field.inodesPerGroup, inodeCount),
      (Field.revision, 1), (Field.firstInode, 11),
      // filetype, extents
      (Field.incompatible, 0x2 | 0x40),
    ] {
      put(UInt32(value).littleEndianBytes, at: 1024 + field)
    }
    put(UInt16(Self.inodeSize).littleEndianBytes, at: 1024 + Field.inodeSize)
    put(UInt16(0xEF53).littleEndianBytes, at: 1024 + Field.magic)
    put(UInt16(1).littleEndianBytes, at: 1024 + Field.state)
    // Both bitmaps and the table.
    for (index, block) in [3, 4, Self.inodeTable].enumerated() {
      put(UInt32(block).littleEndianBytes, at: 2 * Self.blockSize + 4 * index)
    }
  }

  mutating func put(_ new: [UInt8], at position: Int) {
    bytes.replaceSubrange(position..<position + new.count, with: new)
  }

  mutating func put(_ new: [UInt8], inBlock block: Int) {
    put(new, at: block * Self.blockSize)
  }

  /// Where an inode begins.
  static func position(ofInode number: InodeNumber) -> Int {
    inodeTable * blockSize + Int(number - 1) * inodeSize
  }

  /// Writes an inode.
  ///
  /// - Parameter area: the first of the 60 bytes of `i_block`.
  mutating func putInode(
    _ number: InodeNumber, mode: UInt16, byteCount: Int, flags: UInt32 = 0, area: [UInt8]
  ) {
    let start = Self.position(ofInode: number)
    put(mode.littleEndianBytes, at: start + Inode.Field.mode)
    put(UInt32(byteCount).littleEndianBytes, at: start + Inode.Field.size)
    put(UInt16(1).littleEndianBytes, at: start + Inode.Field.links)
    put(flags.littleEndianBytes, at: start + Inode.Field.flags)
    put(UInt16(32).littleEndianBytes, at: start + Inode.Field.extraSize)
    put(area + [UInt8](repeating: 0, count: 60 - area.count), at: start + Inode.Field.blockArea)
  }

  /// Writes a directory of one block, with "." and "..".
  mutating func putDirectory(
    _ number: InodeNumber, in parent: InodeNumber, block: Int,
    _ entries: [(name: String, inode: InodeNumber, type: UInt8)]
  ) {
    let all = [(name: ".", inode: number, type: 2 as UInt8), (name: "..", inode: parent, type: 2)] + entries
    var records: [UInt8] = []
    for (index, entry) in all.enumerated() {
      let least = (8 + entry.name.utf8.count + 3) / 4 * 4
      let length = index + 1 < all.count ? least : Self.blockSize - records.count
      records += entry.inode.littleEndianBytes + UInt16(length).littleEndianBytes
      records += [UInt8(entry.name.utf8.count), entry.type] + Array(entry.name.utf8)
      records += [UInt8](repeating: 0, count: least - 8 - entry.name.utf8.count)
    }
    put(records, inBlock: block)
    putInode(
      number, mode: 0o040755, byteCount: Self.blockSize, area: UInt32(block).littleEndianBytes)
  }

  /// Writes a symbolic link whose target stands in its inode, or in a block.
  mutating func putLink(_ number: InodeNumber, to target: String, block: Int? = nil) {
    let text = Array(target.utf8)
    if let block { put(text, inBlock: block) }
    putInode(
      number, mode: 0o120777, byteCount: text.count, area: block.map { UInt32($0).littleEndianBytes } ?? text)
    // A link counts its block; one that has none keeps its target inside.
    put(
      UInt32(block == nil ? 0 : 2).littleEndianBytes, at: Self.position(ofInode: number) + Inode.Field.blocks)
  }

  var source: MemorySource { MemorySource(bytes) }

  func open() throws(VolumeError) -> Volume { try Volume(source) }
}
