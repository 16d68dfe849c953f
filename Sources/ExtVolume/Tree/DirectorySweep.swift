import Basics
import FolioCore

/// The blocks of directories and of long symbolic links, asked for in the order of the disk.
struct DirectorySweep {
  private let volume: Volume
  /// Whether all of each block will be read. Most directories of one block have their records on its first page.
  private let readsWholeBlocks: Bool
  private var blocks: DiskSweep
  /// Indirect blocks and extent blocks of some, and those.
  private var mapBlocks: DiskSweep
  private var unmapped: [Inode] = []
  /// So many of them stand in memory at most. Whoever reads the others finds their blocks.
  private static var mostUnmapped: Int { 1 << 14 }
  /// As a page of this machine's cache of files.
  private static var pageSize: UInt64 { UInt64(PageSize.host.byteCount) }

  init(_ volume: Volume, _ options: ReadingOptions) {
    self.volume = volume
    readsWholeBlocks = options.checksums == .checked
    blocks = DiskSweep(volume.image)
    mapBlocks = DiskSweep(volume.image)
  }

  var byteCount: UInt64 { blocks.byteCount + mapBlocks.byteCount }
  var cost: UInt64 { blocks.cost + mapBlocks.cost }

  /// Adds a directory or link. One whose inode doesn't name all its blocks waits for its indirect or extent blocks.
  mutating func add(_ inode: Inode) {
    guard !inode.hasInlineData, inode.isDirectory || !inode.hasTargetInside(volume.superblock) else { return }
    let outside = inode.mapBlocks
    guard !outside.isEmpty else { return addBlocks(of: inode) }
    guard unmapped.count < Self.mostUnmapped else { return }
    for block in outside { mapBlocks.add(volume.range(ofBlock: block, count: 1)) }
    unmapped.append(inode)
  }

  /// Asks for all, as far as `most` bytes go.
  ///
  /// - Parameter progress: hears which part of them has been asked for, from 0 to 1.
  /// - Returns: whether that was all.
  mutating func ask(within most: UInt64, progress: (Double) -> Void = { _ in }) -> Bool {
    guard mapBlocks.ask(within: most) else { return false }
    for inode in unmapped { addBlocks(of: inode) }
    unmapped = []
    return blocks.ask(within: most - min(most, mapBlocks.byteCount), progress: progress)
  }

  private mutating func addBlocks(of inode: Inode) {
    let blockSize = UInt64(volume.superblock.blockSize.byteCount)
    let runs = BlockMapReader.read(inode, on: volume, through: inode.isDirectory ? nil : blockSize).runs
    for run in runs {
      guard case .mapped(let physical) = run.contents else { continue }
      // The reader asks for the rest of a long run as it gets there.
      let most = max(1, UInt64(DirectoryReader.aheadByteCount) / blockSize)
      let range = volume.range(ofBlock: physical, count: min(most, UInt64(run.logical.count)))
      let isAlone = run.logical.count == 1 && !readsWholeBlocks
      blocks.add(isAlone ? range.clamped(to: range.lowerBound..<range.lowerBound + Self.pageSize) : range)
    }
  }
}

extension Volume {
  /// Where blocks in a row are, in bytes; nothing where there are none.
  fileprivate func range(ofBlock block: BlockNumber, count: UInt64) -> Range<BytePosition> {
    guard let position = position(ofBlock: block) else { return 0..<0 }
    return position..<position + count * UInt64(superblock.blockSize.byteCount)
  }
}
