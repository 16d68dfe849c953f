import CExt2fs

/// A block group, as far as its inodes go. Positions are bytes from the start of the file system.
struct InodeGroup {
  /// The number of its first inode.
  let firstInode: UInt32
  /// How many of its inodes may ever have been used, from the first on: the others have not been written yet.
  let usedInodeCount: UInt32
  /// Where the bitmap of its inodes begins; nil where no inode of the group was ever used.
  let bitmapPosition: UInt64?
}

extension Volume {
  /// How many block groups there are.
  var groupCount: UInt32 { unsafe handle.pointee.group_desc_count }

  /// What the descriptor of group `index` says of its inodes.
  ///
  /// Mirrors what `ext2fs_get_next_inode_full()` makes of it: `bg_itable_unused` and `INODE_UNINIT` count only where
  /// descriptors have checksums.
  func inodeGroup(_ index: UInt32) throws(VolumeError) -> InodeGroup {
    let first = index * superblock.inodesPerGroup + 1
    var used = superblock.inodesPerGroup
    if unsafe ext2fs_has_group_desc_csum(handle) != 0 {
      if unsafe ext2fs_bg_flags_test(handle, index, UInt16(EXT2_BG_INODE_UNINIT)) != 0 {
        return InodeGroup(firstInode: first, usedInodeCount: 0, bitmapPosition: nil)
      }
      let unused = unsafe ext2fs_bg_itable_unused(handle, index)
      used -= min(used, unused)
    }
    guard let bitmap = position(ofBlock: unsafe ext2fs_inode_bitmap_loc(handle, index)) else {
      throw VolumeError(
        "finding the inode bitmap of group \(index)", code: errcode_t(EXT2_ET_GDESC_BAD_INODE_MAP))
    }
    return InodeGroup(firstInode: first, usedInodeCount: used, bitmapPosition: bitmap)
  }

  /// The blocks that hold the file system's own tables: descriptors, bitmaps and inode tables of all groups.
  func metadataBlocks() -> [Range<UInt64>] {
    let tableBlocks = UInt64(unsafe handle.pointee.inode_blocks_per_group)
    var all: [(block: UInt64, count: UInt64)] = []
    for group in 0..<groupCount {
      var (superblock, old, new): (blk64_t, blk64_t, blk64_t) = (0, 0, 0)
      var count: blk_t = 0
      _ = unsafe ext2fs_super_and_bgd_loc2(handle, group, &superblock, &old, &new, &count)
      // 0 says "none", but for the first superblock, where no contents can be anyhow.
      let bitmaps = unsafe (ext2fs_inode_bitmap_loc(handle, group), ext2fs_block_bitmap_loc(handle, group))
      all += [superblock, new, bitmaps.0, bitmaps.1].map { ($0, 1) }
      all.append((old, unsafe UInt64(handle.pointee.desc_blocks)))
      all.append((unsafe ext2fs_inode_table_loc(handle, group), tableBlocks))
    }
    let end = self.superblock.blockCount
    return all.filter { $0.block > 0 && $0.block < end }.map {
      $0.block..<$0.block + min($0.count, end - $0.block)
    }
  }
}
