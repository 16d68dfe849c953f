extension SuperblockFacts {
  /// What it says that can't be, in sentences: no kernel of our time mounts such a file system.
  ///
  /// Mirrors what `ext4_load_super()` and `ext2_fill_super()` refuse of sizes and counts, as far as both do and the
  /// superblock alone shows it; see also ``journalFault``.
  var faults: [String] {
    // A journal on a device of its own has neither groups nor inodes.
    if type == "jbd" { return [] }
    var faults: [String] = []
    let bitsPerBlock = UInt64(blockSize) * 8
    let isInodeSizeRight = inodeSize.nonzeroBitCount == 1 && (128...blockSize).contains(inodeSize)
    if !isInodeSizeRight { faults.append("an inode can't take \(inodeSize) bytes") }
    if blockCount <= UInt64(firstDataBlock) {
      faults.append("there can't be \(blockCount) blocks, of which the first is \(firstDataBlock)")
    }
    if inodesPerGroup == 0 || UInt64(inodesPerGroup) > bitsPerBlock {
      faults.append("a group can't have \(inodesPerGroup) inodes")
    }
    if !(blockSize...(hasClusters ? 1 << 30 : blockSize)).contains(clusterSize) {
      faults.append("a cluster\(hasClusters ? "" : ", without bigalloc,") can't take \(clusterSize) bytes")
    }
    let clustersPerGroup = UInt64(blocksPerGroup) / UInt64(max(1, clusterSize / blockSize))
    if clustersPerGroup == 0 || clustersPerGroup > bitsPerBlock {
      faults.append("a group can't have \(blocksPerGroup) blocks")
    } else if blockCount > UInt64(firstDataBlock) {
      let (whole, rest) = (blockCount - UInt64(firstDataBlock))
        .quotientAndRemainder(dividingBy: UInt64(blocksPerGroup))
      let groupCount = whole + (rest > 0 ? 1 : 0)
      let (needed, overflow) = groupCount.multipliedReportingOverflow(by: UInt64(inodesPerGroup))
      if overflow || needed != UInt64(inodeCount) {
        faults.append(
          "there can't be \(inodeCount) inodes in \(counted(groupCount, "group")) of \(inodesPerGroup)")
      }
    }
    if Int(reservedDescriptorBlocks) > blockSize / 4 {
      faults.append("there can't be \(reservedDescriptorBlocks) blocks for more group descriptors")
    }
    return faults
  }

  /// What can't be of the journal's place. Only the ext4 driver looks for it.
  var journalFault: String? {
    guard case .inode(let inode) = journal, inode > inodeCount else { return nil }
    return "the journal can't be in inode \(inode): there are \(inodeCount)"
  }
}
