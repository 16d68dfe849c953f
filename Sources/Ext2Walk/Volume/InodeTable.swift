import CExt2fs
import FolioCore

/// Reads inodes: their own bytes and, where neighbours are asked for too, a page, not the whole block that libext2fs
/// reads.
///
/// Mirrors `ext2fs_read_inode_full()`. libext2fs says where the tables are. A small cache of windows serves the
/// neighbours; it is direct-mapped, since inodes are asked for in runs. The inodes of directories stand apart in most
/// file systems: where nothing close before it was asked for, only the inode is read.
struct InodeTable: ~Copyable {
  private let volume: Volume
  /// Bytes a window: at least 16 KiB, and at least one inode. Tables begin at blocks and inodes are powers
  /// of two, so no inode stands in two windows.
  private let windowSize: Int
  private static var windowCount: Int { 64 }
  /// Who asks for an inode and then for one so many bytes behind it will ask for more of them.
  private static var near: Int { 1024 }
  /// Which window of the file system each place of the cache holds, and which bytes of it.
  private var cached: [(window: UInt64, bytes: Range<Int>)]
  private var bytes: [UInt8]

  init(_ volume: Volume) {
    self.volume = volume
    windowSize = max(16384, volume.superblock.inodeSize)
    cached = Array(repeating: (window: .max, bytes: 0..<0), count: Self.windowCount)
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
    let (window, offset) = position.quotientAndRemainder(dividingBy: UInt64(windowSize))
    let slot = Int(window % UInt64(Self.windowCount))
    let wanted = Int(offset)..<Int(offset) + superblock.inodeSize
    if cached[slot].window != window || !cached[slot].bytes.contains(wanted) {
      try load(window, into: slot, number: number, wanted)
    }
    return slot * windowSize + wanted.lowerBound
  }

  /// Reads the bytes `wanted` of a window, or all of it.
  private mutating func load(
    _ window: UInt64, into slot: Int, number: UInt32, _ wanted: Range<Int>
  ) throws(VolumeError) {
    let position = window * UInt64(windowSize)
    let before = cached[(slot + Self.windowCount - 1) % Self.windowCount]
    var part = wanted
    let isNear =
      cached[slot].window == window
      ? wanted.lowerBound - cached[slot].bytes.upperBound < Self.near
      : before.window == window &- 1 && windowSize - before.bytes.upperBound < Self.near
    if isNear {
      // The last window of an image may be cut short.
      let there = volume.image.byteCount > position ? volume.image.byteCount - position : 0
      part = 0..<max(wanted.upperBound, Int(min(UInt64(windowSize), there)))
    }
    cached[slot] = (window: .max, bytes: 0..<0)
    do throws(ImageReadError) {
      let volume = self.volume
      let start = slot * windowSize
      try bytes.withMutableRaw(start + part.lowerBound..<start + part.upperBound) {
        (span) throws(ImageReadError) in
        try volume.image.read(into: &span, at: position + UInt64(part.lowerBound))
      }
    } catch {
      throw VolumeError("reading inode \(number)", error)
    }
    cached[slot] = (window: window, bytes: part)
  }
}
