import Basics
package import FolioCore

/// Blocks that are the file system's own: superblocks, descriptors, bitmaps, inode tables, the journal.
///
/// Mirrors what `ext4_setup_system_zone()` gathers.
package struct SystemZone {
  /// In order, and apart.
  private let ranges: [Range<BlockNumber>]

  package static let none = SystemZone(RangeSet())

  package init(_ blocks: RangeSet<BlockNumber>) {
    ranges = Array(blocks.ranges)
  }

  package func overlaps(_ blocks: Range<BlockNumber>) -> Bool {
    ranges.firstOverlapping(blocks).map { ranges[$0].lowerBound < blocks.upperBound } ?? false
  }
}

extension Array<Range<BlockNumber>> {
  /// Where the first range is that ends after `blocks` begin; nil where there is none. They are in order, and apart.
  package func firstOverlapping(_ blocks: Range<BlockNumber>) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound <= blocks.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < count ? low : nil
  }
}

extension Volume {
  /// Where no contents can be: the blocks of the groups' tables and of the journal.
  package func systemZone(_ inodes: inout InodeTable) -> SystemZone {
    var (blocks, _, _) = systemZone()
    guard let journal = superblock.journalInode else { return SystemZone(blocks) }
    do throws(VolumeError) {
      for run in BlockMapReader.read(try inodes.inode(journal), on: self).runs {
        guard case .mapped(let block) = run.contents else { continue }
        blocks.insert(contentsOf: block..<block + UInt64(run.logical.count))
      }
    } catch {
      // A journal that can't be read protects no blocks; that it can't is said where it is looked at.
    }
    return SystemZone(blocks)
  }
}
