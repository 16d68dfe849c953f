import Basics
package import FolioCore

/// A block group, as far as its inodes go. Positions are bytes from the start of the file system.
package struct InodeGroup {
  /// The number of its first inode.
  package let firstInode: InodeNumber
  /// How many of its inodes may ever have been used, from the first on: the others have not been written yet.
  let usedInodeCount: UInt32
  /// Where the bitmap of its inodes begins; nil where no inode of the group was ever used.
  let bitmapPosition: BytePosition?
}

extension Volume {
  /// How many block groups there are.
  package var groupCount: UInt32 { library.groupCount }

  /// What the descriptor of group `index` says of its inodes.
  ///
  /// Mirrors what `ext2fs_get_next_inode_full()` makes of it: `bg_itable_unused` and `INODE_UNINIT` count only where
  /// descriptors have checksums.
  func inodeGroup(_ index: UInt32) throws(VolumeError) -> InodeGroup {
    let first = superblock.firstInode(ofGroup: index)
    var used = superblock.inodesPerGroup
    if library.hasDescriptorChecksums {
      if library.hasNoInodes(group: index) {
        return InodeGroup(firstInode: first, usedInodeCount: 0, bitmapPosition: nil)
      }
      used -= min(used, library.unusedInodeCount(group: index))
    }
    let block = library.inodeBitmap(group: index)
    guard let bitmap = position(ofBlock: block) else {
      throw .corrupt(.inodeBitmap(group: index, block: block))
    }
    return InodeGroup(firstInode: first, usedInodeCount: used, bitmapPosition: bitmap)
  }

  /// Where inode `number` begins, in bytes from the start of the file system.
  func position(ofInode number: InodeNumber) throws(VolumeError) -> BytePosition {
    guard (1...superblock.lastInode).contains(number) else {
      throw .noInode(number, count: superblock.inodeCount)
    }
    let (group, index) = superblock.place(of: number)
    let table = try positionOfInodeTable(group: group)
    let (position, overflow) = table.addingReportingOverflow(UInt64(index) * UInt64(superblock.inodeSize))
    guard !overflow, position < image.end else {
      throw .read(.pastEnd(position: table, byteCount: image.byteCount), of: .inode(number))
    }
    return position
  }

  /// The blocks of a group's own tables, which may be anywhere in a damaged file system.
  ///
  /// Mirrors `ext2fs_super_and_bgd_loc2()`, whose blocks kept for more descriptors are among them.
  package struct GroupTables {
    /// The copies of the superblock and the group descriptors; empty in groups without.
    package let base: Range<BlockNumber>
    package let blockBitmap, inodeBitmap, inodeTable: Range<BlockNumber>

    package var all: [Range<BlockNumber>] { [base, blockBitmap, inodeBitmap, inodeTable] }
  }

  package func tables(ofGroup group: UInt32) -> GroupTables {
    func range(_ block: BlockNumber, _ count: some BinaryInteger) -> Range<BlockNumber> {
      let (end, overflow) = block.addingReportingOverflow(UInt64(count))
      return block..<(overflow ? .max : end)
    }
    let (first, count) = library.base(group: group)
    return GroupTables(
      // With clusters, blocks of 1 KiB begin at block 0, where no superblock can be.
      base: range(first == 0 && superblock.blockSize.byteCount == 1024 ? 1 : first, count),
      blockBitmap: range(library.blockBitmap(group: group), 1),
      inodeBitmap: range(library.inodeBitmap(group: group), 1),
      inodeTable: range(library.inodeTable(group: group), library.inodeTableBlockCount))
  }

  /// Whether a group's descriptor has a wrong checksum, or tables where none can be.
  package var hasDamagedDescriptors: Bool {
    (0..<groupCount).contains { !hasTablesInPlace(group: $0) || !hasRightChecksum(group: $0) }
  }

  /// Whether the bitmaps and the inode table of a group are where they could be: in the file system and, without `flex_bg`,
  /// in the group.
  package func hasTablesInPlace(group: UInt32) -> Bool {
    let (first, end) = (superblock.firstDataBlock, superblock.blocksEnd)
    let blocksPerGroup = superblock.blocksPerGroup
    let mayBeElsewhere = superblock.hasFlexibleGroups
    let start = mayBeElsewhere ? first : first + UInt64(group) * blocksPerGroup
    let room = mayBeElsewhere ? start..<end : start..<max(start, min(end, start + blocksPerGroup))
    let tables = tables(ofGroup: group)
    return [tables.blockBitmap, tables.inodeBitmap, tables.inodeTable].allSatisfy { table in
      room.lowerBound <= table.lowerBound && table.upperBound <= room.upperBound
    }
  }

  /// The blocks of all groups' tables, where no contents can be, and the groups of which a table lies over another one, in
  /// order: those that ext4 refuses for it, and others.
  ///
  /// Mirrors `ext4_setup_system_zone()`, which takes table by table and looks whether each begins in one that it knows.
  package func systemZone() -> (blocks: RangeSet<BlockNumber>, refusedGroups: [UInt32], otherGroups: [UInt32])
  {
    let all = (0..<groupCount).flatMap { group in
      tables(ofGroup: group).all.enumerated().map { (blocks: $1, order: UInt64(group) * 4 + UInt64($0)) }
    }
    .filter { !$0.blocks.isEmpty }
    .sorted { ($0.blocks.lowerBound, $0.order) < ($1.blocks.lowerBound, $1.order) }
    var (refused, others): (Set<UInt32>, Set<UInt32>) = ([], [])
    // Those that meet are one: a set of ranges is slow to make.
    var stretches: [Range<BlockNumber>] = []
    // Of the tables that reach furthest, the one that ext4 takes first.
    var (end, order): (BlockNumber, UInt64) = (0, 0)
    for table in all {
      let blocks = table.blocks
      if blocks.lowerBound < end {
        let group = UInt32(table.order / 4)
        if order < table.order { refused.insert(group) } else { others.insert(group) }
      }
      if blocks.lowerBound >= end || blocks.upperBound > end { order = table.order }
      end = max(end, blocks.upperBound)
      stretches.appendMerging(blocks)
    }
    return (RangeSet(stretches), refused.sorted(), others.subtracting(refused).sorted())
  }

  /// Whether the checksum of a group's descriptor is the right one; true where there are none, and where the file system was
  /// opened by a backup: libext2fs then makes new ones.
  package func hasRightChecksum(group: UInt32) -> Bool {
    library.hasRightChecksum(group: group)
  }

  /// The blocks that hold the file system's own tables: descriptors, bitmaps and inode tables of all groups. Not those that
  /// are kept for more descriptors, which a wrong number makes many.
  package func metadataBlocks() -> [Range<BlockNumber>] {
    let whole = 0..<superblock.blocksEnd
    let baseCount = 1 + library.descriptorBlockCount
    return (0..<groupCount).flatMap { group in
      let tables = tables(ofGroup: group)
      let base = tables.base.lowerBound..<min(tables.base.upperBound, tables.base.lowerBound + baseCount)
      return [base, tables.blockBitmap, tables.inodeBitmap, tables.inodeTable]
        .map { $0.clamped(to: whole) }.filter { !$0.isEmpty }
    }
  }
}
