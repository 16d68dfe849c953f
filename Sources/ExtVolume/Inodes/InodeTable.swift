import Basics
package import FolioCore

/// Reads inodes: their own bytes and, where neighbours are asked for too, a page, not the whole block that libext2fs
/// reads.
///
/// Mirrors `ext2fs_read_inode_full()`. libext2fs says where the tables are. A small cache of windows serves the
/// neighbours; it is direct-mapped, since inodes are asked for in runs. The inodes of directories stand apart in most
/// file systems: where nothing close before it was asked for, only the inode is read.
package struct InodeTable: ~Copyable {
  private let volume: Volume
  private let imageEnd: BytePosition
  /// Bytes a window: at least 16 KiB, and at least one inode. Tables begin at blocks and inodes are powers
  /// of two, so no inode stands in two windows.
  private let windowSize: Int
  static func windowSize(_ superblock: Superblock) -> Int { max(16384, superblock.inodeSize) }
  private static var windowCount: Int { 16 }
  /// Who asks for an inode and then for one so few bytes from it will ask for more of them.
  private static var near: Int { 1024 }
  /// So often inodes are read alone, however far apart: then all of the window is.
  private static var mostReadsAlone: Int { 2 }
  private var windows = Array(repeating: Window(), count: Self.windowCount)
  /// Windows that can't be read whole: a failing disk takes seconds to say so, and is not asked again by this table.
  private var badWindows: Set<UInt64> = []

  /// A place of the cache.
  private struct Window {
    /// Which window of the file system it holds.
    var number = UInt64.max
    /// Which bytes of it are there.
    var filled = 0..<0
    /// How often something was read for it.
    var readCount = 0
    /// None until it holds something: most walks need few.
    var bytes: [UInt8] = []
  }

  package init(_ volume: Volume) {
    self.volume = volume
    imageEnd = volume.image.end
    windowSize = Self.windowSize(volume.superblock)
  }

  /// Inode `number`; throws where there is none or it can't be read.
  package mutating func inode(_ number: InodeNumber) throws(VolumeError) -> Inode {
    let (slot, place) = try locate(number)
    let bytes = windows[slot].bytes
    return Inode(number: number, bytes: bytes.raw.extracting(place), superblock: volume.superblock)
  }

  /// What stands in inode `number` itself, of a file or directory that has `inline_data`.
  ///
  /// Mirrors `ext2fs_inline_data_get()`: the 60 bytes of `i_block`, and the value of the extended attribute
  /// `system.data` where there is one.
  package mutating func inlineData(of inode: Inode) throws(VolumeError) -> InlineData {
    let (slot, place) = try locate(inode.number)
    let bytes = windows[slot].bytes
    guard let data = InlineData(inode: inode, bytes: bytes.raw.extracting(place)) else {
      throw .corrupt(.inlineAttributes(inode: inode.number))
    }
    return data
  }

  /// The bytes of inode `number`, as they stand in its table.
  package mutating func bytes(of number: InodeNumber) throws(VolumeError) -> [UInt8] {
    let (slot, place) = try locate(number)
    return Array(windows[slot].bytes[place])
  }

  /// What is wrong with an inode, but for its checksum and its type.
  ///
  /// - Parameter zone: blocks that are the file system's own, where no contents can be.
  package mutating func damage(of inode: Inode, outside zone: SystemZone) throws(VolumeError) -> [InodeDamage]
  {
    let (slot, place) = try locate(inode.number)
    let bytes = windows[slot].bytes
    return volume.damage(of: inode, bytes.raw.extracting(place), outside: zone)
  }

  /// The blocks that the inode itself leads to, none where it has its contents in it; nil where it doesn't say so properly.
  package mutating func blockRanges(of inode: Inode) throws(VolumeError) -> [Range<BlockNumber>]? {
    let (slot, place) = try locate(inode.number)
    let bytes = windows[slot].bytes
    var ranges: [Range<BlockNumber>] = []
    let isProper = volume.forEachBlockRange(of: inode, bytes.raw.extracting(place)) {
      ranges.append($0)
      return true
    }
    return isProper ? ranges : nil
  }

  /// Whether the checksum of an inode is the right one; true where inodes have none.
  package mutating func hasRightChecksum(_ inode: Inode) throws(VolumeError) -> Bool {
    let (slot, place) = try locate(inode.number)
    let bytes = windows[slot].bytes
    return volume.hasRightChecksum(inode: inode.number, bytes.raw.extracting(place))
  }

  /// In which window inode `number` is and where in it, after reading it if need be.
  private mutating func locate(_ number: InodeNumber) throws(VolumeError) -> (slot: Int, place: Range<Int>) {
    let position = try volume.position(ofInode: number)
    let (window, offset) = position.rawValue.quotientAndRemainder(dividingBy: UInt64(windowSize))
    let slot = Int(window % UInt64(Self.windowCount))
    let wanted = Int(offset)..<Int(offset) + volume.superblock.inodeSize
    if windows[slot].number != window || !windows[slot].filled.contains(wanted) {
      try load(window, into: slot, number: number, wanted)
    }
    return (slot, wanted)
  }

  /// Reads the bytes `wanted` of a window, or all of it.
  private mutating func load(
    _ window: UInt64, into slot: Int, number: InodeNumber, _ wanted: Range<Int>
  ) throws(VolumeError) {
    let position = BytePosition(window * UInt64(windowSize))
    let before = windows[(slot + Self.windowCount - 1) % Self.windowCount]
    var part = wanted
    if windows[slot].number != window { windows[slot].readCount = 0 }
    let (filled, readCount) = (windows[slot].filled, windows[slot].readCount)
    let isNear =
      if readCount > 0 {
        readCount >= Self.mostReadsAlone
          || wanted.lowerBound - filled.upperBound < Self.near
            && filled.lowerBound - wanted.upperBound < Self.near
      } else {
        before.number == window &- 1
          && windowSize - before.filled.upperBound + wanted.lowerBound < Self.near
      }
    if isNear, !badWindows.contains(window) {
      // The last window of an image may be cut short.
      let there = imageEnd > position ? imageEnd - position : 0
      part = 0..<max(wanted.upperBound, Int(min(UInt64(windowSize), there)))
    }
    windows[slot].number = .max
    if windows[slot].bytes.isEmpty { windows[slot].bytes = Array(repeating: 0, count: windowSize) }
    do throws(ReadError) {
      do throws(ReadError) {
        try read(part, into: slot, at: position)
      } catch {
        guard part != wanted else { throw error }
        badWindows.insert(window)
        // A bad sector costs the inodes in it, and not their neighbours.
        part = wanted
        try read(part, into: slot, at: position)
      }
    } catch {
      throw .read(error, of: .inode(number))
    }
    (windows[slot].number, windows[slot].filled) = (window, part)
    windows[slot].readCount += 1
  }

  /// Reads a part of a window that begins at `position`.
  private mutating func read(_ part: Range<Int>, into slot: Int, at position: BytePosition) throws(ReadError)
  {
    let volume = self.volume
    try windows[slot].bytes.withMutableRaw(part) { (span) throws(ReadError) in
      try volume.image.read(into: &span, at: position + UInt64(part.lowerBound))
    }
  }
}
