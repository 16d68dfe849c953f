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
        obstacles.add(refusal, damage.words(inodeSize: superblock.inodeSize))
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
    var blocks: [Range<UInt64>] = []
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

extension InodeDamage {
  /// What is wrong, behind the inode's name.
  fileprivate func words(inodeSize: Int) -> String {
    switch self {
    case .extraSize(let count, _): "can't take \(count) bytes more than 128 of \(inodeSize)"
    case .inlineAndExtents: "can't have its contents both in itself and in extents"
    case .holdsAttribute: "can't hold an extended attribute"
    case .casefoldedWithoutFeature: "can't be casefolded: the file system isn't"
    case .hashedWithoutFeature: "can't be hashed: the file system has no dir_index"
    case .size(let count): "can't be \(count) bytes long"
    case .attributeBlock(let block): "can't have extended attributes in block \(block)"
    case .extentNode: "has no extents where they should be"
    case .block(let block), .extent(let block): "can't have contents in block \(block)"
    // Links and special files are none of those that mounting takes.
    case .linkLength, .linkFlags, .slowLinkLength, .linkBlocks, .linkContentFlags, .specialFlags,
      .specialSize:
      words
    }
  }
}
