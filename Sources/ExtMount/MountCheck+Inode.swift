import Basics
package import ExtVolume
import FolioCore

extension MountCheck {
  /// What can't be of a file or directory, whatever it is for: to be said behind its name.
  ///
  /// Mirrors `__ext4_iget()`, which looks at the inode and not at the blocks it leads to, and `ext2_iget()`. What is wrong
  /// with extended attributes in the inode is not looked at.
  package mutating func obstacles(of inode: Inode) -> [MountObstacle] {
    do throws(VolumeError) {
      var obstacles: [MountObstacle] = []
      // Of the rest only e2fsck complains.
      for damage in try inodes.damage(of: inode, outside: .none) where damage.kernelWording != nil {
        let refusal: Refusal = if case .attributeBlock = damage { .byAll } else { .byExt4 }
        obstacles.add(refusal, damage.predicate(inodeSize: superblock.inodeSize))
      }
      if !(try inodes.hasRightChecksum(inode)) { obstacles.add(.byExt4, "has a wrong checksum") }
      return obstacles
    } catch {
      return [MountObstacle(words: "can't be read: \(error.reason)", refusal: .byAll)]
    }
  }

  /// What there is to say where an inode leads to blocks that belong to the file system itself, behind its name.
  ///
  /// Mirrors the second half of `ext4_sb_block_valid()`.
  mutating func obstaclesOverTables(of inode: Inode, refusal: Refusal) -> [MountObstacle] {
    var blocks: [Range<BlockNumber>] = []
    do throws(VolumeError) {
      blocks = try inodes.blockRanges(of: inode) ?? []
    } catch {
      // That it can't be read is said by `obstacles(of:)`.
    }
    if inode.attributeBlock != 0 { blocks.append(inode.attributeBlock..<inode.attributeBlock + 1) }
    guard let own = blocks.first(where: { !systemZone.isDisjoint(RangeSet($0)) }) else { return [] }
    return [
      MountObstacle(
        words: "can't have block \(own.lowerBound), which is the file system's own", refusal: refusal)
    ]
  }
}
