import Basics
package import ExtVolume
import FolioCore

extension MountCheck {
  /// What is wrong with an inode, and who refuses it for that.
  package typealias FoundInInode = (obstacle: InodeObstacle, refusal: Refusal)

  /// What is wrong with a file or directory, whatever it is for.
  ///
  /// Mirrors `__ext4_iget()`, which looks at the inode and not at the blocks it leads to, and `ext2_iget()`. What is wrong
  /// with extended attributes in the inode is not looked at.
  package mutating func obstacles(of inode: Inode) -> [FoundInInode] {
    do throws(VolumeError) {
      var obstacles: [FoundInInode] = []
      // Of the rest only e2fsck complains.
      for damage in try inodes.damage(of: inode, outside: .none) where damage.kernelWording != nil {
        let refusal: Refusal = if case .attributeBlock = damage { .byAll } else { .byExt4 }
        obstacles.append((.damage(damage, inodeSize: superblock.inodeSize), refusal))
      }
      if !(try inodes.hasRightChecksum(inode)) { obstacles.append((.checksum, .byExt4)) }
      return obstacles
    } catch {
      return [(.unreadable(error), .byAll)]
    }
  }

  /// What is wrong where an inode leads to blocks that belong to the file system itself.
  ///
  /// Mirrors the second half of `ext4_sb_block_valid()`.
  mutating func obstaclesOverTables(of inode: Inode, refusal: Refusal) -> [FoundInInode] {
    var blocks: [Range<BlockNumber>] = []
    do throws(VolumeError) {
      blocks = try inodes.blockRanges(of: inode) ?? []
    } catch {
      // That it can't be read is said by `obstacles(of:)`.
    }
    if inode.attributeBlock != 0 { blocks.append(inode.attributeBlock..<inode.attributeBlock + 1) }
    guard let own = blocks.first(where: { !systemZone.isDisjoint(RangeSet($0)) }) else { return [] }
    return [(.ownBlock(own.lowerBound), refusal)]
  }
}
