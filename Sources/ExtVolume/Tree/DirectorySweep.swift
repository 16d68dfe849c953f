import Basics
import FolioCore

/// The blocks of directories and of long symbolic links, asked for in the order of the disk.
struct DirectorySweep {
  private let volume: Volume
  private var blocks: DiskSweep
  /// Blocks that say where those of some directories are, and those directories.
  private var nodes: DiskSweep
  private var unmapped: [Inode] = []
  /// So many of them stand in memory at most.
  private static var mostUnmapped: Int { 1 << 14 }

  init(_ volume: Volume) {
    self.volume = volume
    blocks = DiskSweep(volume.image)
    nodes = DiskSweep(volume.image)
  }

  var byteCount: UInt64 { blocks.byteCount + nodes.byteCount }
  var cost: UInt64 { blocks.cost + nodes.cost }

  /// Adds a directory or link. One whose inode doesn't name all its blocks waits until the others that do are asked for.
  mutating func add(_ directory: Inode) {
    guard !directory.hasInlineData, directory.isDirectory || !directory.hasTargetInside(volume.superblock)
    else { return }
    let outside = directory.outsideNodes
    guard !outside.isEmpty else { return addBlocks(of: directory) }
    for node in outside { nodes.add(volume.range(ofBlock: node, count: 1)) }
    unmapped.append(directory)
    if unmapped.count == Self.mostUnmapped { addUnmapped() }
  }

  /// Asks for all.
  ///
  /// - Parameter progress: hears which part of them have been asked for, from 0 to 1.
  mutating func ask(progress: (Double) -> Void = { _ in }) {
    addUnmapped()
    blocks.ask(progress: progress)
  }

  private mutating func addUnmapped() {
    nodes.ask()
    for directory in unmapped { addBlocks(of: directory) }
    unmapped = []
  }

  private mutating func addBlocks(of directory: Inode) {
    let size = directory.isDirectory ? nil : UInt64(volume.superblock.blockSize.byteCount)
    for run in BlockMapReader.read(directory, on: volume, through: size).runs {
      guard case .mapped(let physical) = run.contents else { continue }
      // The reader asks for the rest of a long run as it gets there.
      let most = UInt64(max(1, DirectoryReader.aheadByteCount / volume.superblock.blockSize.byteCount))
      blocks.add(volume.range(ofBlock: physical, count: min(most, UInt64(run.logical.count))))
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
