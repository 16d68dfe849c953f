import CExt2fs
import FolioCore

/// Reads inodes: their own bytes and some neighbours', not the whole block that libext2fs reads.
///
/// Mirrors `ext2fs_read_inode_full()`. libext2fs says where the tables are. A small cache of windows
/// serves the neighbours; it is direct-mapped, since inodes are asked for in runs.
struct InodeTable: ~Copyable {
  private let volume: Volume
  /// Bytes a window: at least 4 KiB, and at least one inode. Tables begin at blocks and inodes are powers
  /// of two, so no inode stands in two windows.
  private let windowSize: Int
  private static var windowCount: Int { 64 }
  /// Which window of the file system each place of the cache holds, and how much of it.
  private var cached: [(window: UInt64, byteCount: Int)]
  private var bytes: [UInt8]

  init(_ volume: Volume) {
    self.volume = volume
    windowSize = max(4096, volume.superblock.inodeSize)
    cached = Array(repeating: (window: .max, byteCount: 0), count: Self.windowCount)
    bytes = Array(repeating: 0, count: Self.windowCount * windowSize)
  }

  /// Inode `number`; throws where there is none or it can't be read.
  mutating func inode(_ number: UInt32) throws(VolumeError) -> Inode {
    let place = try locate(number)
    let superblock = volume.superblock
    return Inode(
      number: number, bytes: bytes.raw.extracting(place..<place + superblock.inodeSize),
      superblock: superblock)
  }

  /// What stands in inode `number` itself, of a file or directory that has `inline_data`.
  ///
  /// Mirrors `ext2fs_inline_data_get()`: the 60 bytes of `i_block`, and the value of the extended attribute
  /// `system.data` where there is one.
  mutating func inlineData(of inode: Inode) throws(VolumeError) -> InlineData {
    let place = try locate(inode.number)
    let raw = bytes.raw.extracting(place..<place + volume.superblock.inodeSize)
    guard let data = InlineData(inode: inode, bytes: raw) else {
      throw VolumeError(
        "reading the contents of inode \(inode.number)", code: errcode_t(EXT2_ET_MISSING_EA_FEATURE),
        advice: "its extended attributes are damaged")
    }
    return data
  }

  /// Where in `bytes` inode `number` is, after reading it if need be.
  private mutating func locate(_ number: UInt32) throws(VolumeError) -> Int {
    let superblock = volume.superblock
    guard (1...superblock.inodeCount).contains(number) else {
      throw VolumeError(
        "reading inode \(number)", reason: "the file system has inodes 1 to \(superblock.inodeCount)")
    }
    let index = number - 1
    let table = try volume.positionOfInodeTable(group: index / superblock.inodesPerGroup)
    let (position, overflow) = table.addingReportingOverflow(
      UInt64(index % superblock.inodesPerGroup) * UInt64(superblock.inodeSize))
    guard !overflow, position < volume.image.byteCount else {
      throw VolumeError(
        "reading inode \(number)", .pastEnd(position: table, byteCount: volume.image.byteCount))
    }
    let (window, start) = position.quotientAndRemainder(dividingBy: UInt64(windowSize))
    let slot = Int(window % UInt64(Self.windowCount))
    let end = Int(start) + superblock.inodeSize
    if cached[slot].window != window || cached[slot].byteCount < end {
      try load(window, into: slot, number: number, through: end)
    }
    return slot * windowSize + Int(start)
  }

  private mutating func load(_ window: UInt64, into slot: Int, number: UInt32, through end: Int)
    throws(VolumeError)
  {
    let position = window * UInt64(windowSize)
    // The last window of an image may be cut short.
    let there = volume.image.byteCount > position ? volume.image.byteCount - position : 0
    let byteCount = max(end, Int(min(UInt64(windowSize), there)))
    cached[slot] = (window: .max, byteCount: 0)
    do throws(ImageReadError) {
      let volume = self.volume
      try bytes.withMutableRaw(slot * windowSize..<slot * windowSize + byteCount) {
        (span) throws(ImageReadError) in
        try volume.image.read(into: &span, at: position)
      }
    } catch {
      throw VolumeError("reading inode \(number)", error)
    }
    cached[slot] = (window: window, byteCount: byteCount)
  }
}
