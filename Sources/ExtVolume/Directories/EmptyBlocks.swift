import Basics
import FolioCore

/// What empty directory blocks look like in a file system, once somebody has found out: one for each reader.
package struct EmptyBlocks {
  private var areZero: Bool?

  /// Whether an empty 64 KiB directory block is all zeroes in this file system.
  ///
  /// It would be, where whatever wrote it says 0 for a record over a whole block: ext4 and libext2fs read that.
  /// The kernel and mke2fs say 0xFFFF, so with them a block of zeroes is one whose records are lost. The spare
  /// blocks of `/lost+found`, one empty record each, show which of the two it is. Where there are none to show
  /// it, and under `metadata_csum`, whose blocks end in a checksum, zeroes are damage.
  ///
  /// - Complexity: linear in the size of `/lost+found`, the first time.
  mutating func areZero(on volume: Volume, inodes: inout InodeTable) -> Bool {
    if let known = areZero { return known }
    let verdict = volume.spareBlocksAreZero(inodes: &inodes)
    areZero = verdict
    return verdict
  }
}

extension Volume {
  fileprivate func spareBlocksAreZero(inodes: inout InodeTable) -> Bool {
    // Where /lost+found can't be read it shows nothing, and blocks of zeroes are reported as damage.
    guard superblock.blockSize.byteCount == 65536, !superblock.hasChecksums,
      let lostAndFound = try? inodes.inode(superblock.firstInode), lostAndFound.isDirectory
    else { return false }
    var isShown = false
    for run in BlockMapReader.read(lostAndFound, on: self).runs {
      guard case .mapped(let physical) = run.contents else { continue }
      // The first block has "." and "..".
      for block in run.logical where block > 0 {
        guard let bytes = try? readBlock(physical + (block - run.logical.lowerBound)) else { return false }
        if bytes.raw.littleEndian(at: 4, as: UInt16.self) == 0xFFFF { return false }
        isShown = isShown || bytes.raw.isZero
      }
    }
    return isShown
  }
}
