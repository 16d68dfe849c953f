import CExt2fs
import TextOutput

extension Fault {
  /// What can't be of sizes, counts, and the journal's place, as far as the superblock alone shows it.
  ///
  /// Mirrors what `ext4_load_super()` and `ext2_fill_super()` refuse, and `check_super_block()` of e2fsck calls corruption.
  ///
  /// - Parameters:
  ///   - raw: the superblock, in this machine's byte order.
  ///   - facts: what was read of it.
  static func all(inSuperblock raw: ext2_super_block, _ facts: SuperblockFacts) -> [Fault] {
    if !facts.hasBlockSize {
      let words =
        "impossible block size: s_log_block_size is \(raw.s_log_block_size), and 6 (64 KiB) is the most"
      return [Fault(words: words, refusal: .byAll)]
    }
    // A journal on a device of its own has neither groups nor inodes.
    if facts.type == "jbd" { return [] }
    return ofSizes(raw, facts) + ofCounts(raw, facts) + ofJournal(raw, facts) + ofFeatures(raw, facts)
  }

  private static func ofSizes(_ raw: ext2_super_block, _ facts: SuperblockFacts) -> [Fault] {
    var faults: [Fault] = []
    let (blockSize, inodeSize, features) = (facts.blockSize, facts.inodeSize, facts.featureBits)
    if facts.revision == 0, features != .none {
      faults.add(.byNone, "there can't be features in revision 0")
    }
    if inodeSize.nonzeroBitCount != 1 || inodeSize < 128 || inodeSize > blockSize {
      faults.add(.byAll, "an inode can't take \(inodeSize) bytes")
    } else if inodeSize > 128, features.contains(EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE, in: .readOnlyCompatible)
    {
      for size in Set([raw.s_min_extra_isize, raw.s_want_extra_isize]).sorted()
      where Int(size) > inodeSize - 128 {
        faults.add(.byExt4, "inodes of \(inodeSize) bytes have no room for \(size) more than 128")
      }
    }
    if !(blockSize...(facts.hasClusters ? 1 << 30 : blockSize)).contains(facts.clusterSize) {
      faults.add(
        .byAll,
        "a cluster\(facts.hasClusters ? "" : ", without bigalloc,") can't take \(facts.clusterSize) bytes"
      )
    } else {
      let blocks = UInt64(raw.s_clusters_per_group) * UInt64(facts.clusterSize / blockSize)
      if blocks != UInt64(raw.s_blocks_per_group) {
        faults.add(
          .byExt4,
          "a group of \(raw.s_blocks_per_group) blocks can't have \(raw.s_clusters_per_group) clusters")
      }
    }
    if features.contains(EXT4_FEATURE_INCOMPAT_64BIT, in: .incompatible),
      !(64...1024).contains(facts.descriptorSize) || facts.descriptorSize.nonzeroBitCount != 1
    {
      faults.add(.byExt4, "a group descriptor can't take \(facts.descriptorSize) bytes")
    }
    if features.contains(EXT4_FEATURE_INCOMPAT_FLEX_BG, in: .incompatible), raw.s_log_groups_per_flex > 31 {
      faults.add(.byExt4, "2^\(raw.s_log_groups_per_flex) groups can't be flexible together")
    }
    return faults
  }

  private static func ofCounts(_ raw: ext2_super_block, _ facts: SuperblockFacts) -> [Fault] {
    var faults: [Fault] = []
    let blockSize = facts.blockSize
    let bitsPerBlock = UInt64(blockSize) * 8
    let (first, count) = (facts.firstDataBlock, facts.blockCount)
    if count <= first {
      faults.add(.byAll, "there can't be \(count) blocks, of which the first is \(first)")
    } else if first != (max(blockSize, facts.clusterSize) == 1024 ? 1 : 0) {
      faults.add(.byExt4, "the first of blocks of \(blockSize) bytes can't be block \(first)")
    }
    // A group has at least a block of them.
    let inodesPerBlock = max(1, blockSize / max(1, facts.inodeSize))
    if raw.s_inodes_per_group < inodesPerBlock || UInt64(raw.s_inodes_per_group) > bitsPerBlock {
      faults.add(.byAll, "a group can't have \(raw.s_inodes_per_group) inodes")
    }
    let clustersPerGroup = UInt64(raw.s_blocks_per_group) / UInt64(max(1, facts.clusterSize / blockSize))
    if clustersPerGroup == 0 || clustersPerGroup > bitsPerBlock {
      faults.add(.byAll, "a group can't have \(raw.s_blocks_per_group) blocks")
    } else if let groupCount = facts.groupCount, groupCount > 0 {
      let (inodeCount, overflow) = groupCount.multipliedReportingOverflow(by: UInt64(raw.s_inodes_per_group))
      if overflow || inodeCount != UInt64(facts.inodeCount) {
        let groups = "\(counted(groupCount, "group")) of \(raw.s_inodes_per_group)"
        faults.add(.byAll, "there can't be \(facts.inodeCount) inodes in \(groups)")
      }
      let descriptorsPerBlock = UInt64(max(1, blockSize / max(1, facts.descriptorSize)))
      let metaGroupCount = (groupCount - 1) / descriptorsPerBlock + 1
      if facts.featureBits.contains(EXT2_FEATURE_INCOMPAT_META_BG, in: .incompatible),
        UInt64(raw.s_first_meta_bg) > metaGroupCount
      {
        faults.add(.byExt4, "the first meta group can't be \(raw.s_first_meta_bg) of \(metaGroupCount)")
      }
    }
    if Int(raw.s_reserved_gdt_blocks) > blockSize / 4 {
      faults.add(.byExt4, "there can't be \(raw.s_reserved_gdt_blocks) blocks for more group descriptors")
    }
    // The kernel takes it for a number with a sign, and doesn't ask whether there is such an inode.
    if facts.revision > 0, raw.s_first_ino < EXT2_GOOD_OLD_FIRST_INO || raw.s_first_ino > Int32.max {
      faults.add(.byExt4, "the first inode for files can't be \(raw.s_first_ino)")
    } else if facts.revision > 0, raw.s_first_ino > facts.inodeCount {
      faults.add(.byNone, "the first inode for files can't be \(raw.s_first_ino) of \(facts.inodeCount)")
    }
    for (part, whole, what) in [
      (facts.freeBlockCount, count, "free blocks"), (facts.reservedBlockCount, count, "reserved blocks"),
      (UInt64(facts.freeInodeCount), UInt64(facts.inodeCount), "free inodes"),
    ] where part > whole {
      faults.add(.byNone, "there can't be \(part) \(what) of \(whole)")
    }
    return faults
  }

  private static func ofJournal(_ raw: ext2_super_block, _ facts: SuperblockFacts) -> [Fault] {
    var faults: [Fault] = []
    switch facts.journal {
    case .none: break
    case .inode(let inode) where inode > facts.inodeCount:
      faults.add(
        facts.mountOptions.skipsBlockValidity ? .byExt4WithJournal : .byExt4,
        "the journal can't be in inode \(inode): there are \(facts.inodeCount)")
    case .inode(let inode) where raw.s_journal_dev != 0:
      faults.add(.byExt4WithJournal, "the journal can't be both in inode \(inode) and on a device")
    case .inode: break
    case .external:
      let hasNoUUID = unsafe withUnsafeBytes(of: raw.s_journal_uuid) { unsafe $0.allSatisfy { $0 == 0 } }
      if hasNoUUID, raw.s_journal_dev == 0 {
        faults.add(.byExt4WithJournal, "the journal is neither in an inode nor on a device that is named")
      }
    }
    return faults
  }

  private static func ofFeatures(_ raw: ext2_super_block, _ facts: SuperblockFacts) -> [Fault] {
    var faults: [Fault] = []
    if raw.s_creator_os == EXT2_OS_HURD {
      for feature in facts.features where ["64bit", "ea_inode"].contains(feature.name) {
        faults.add(.byExt4, "a file system of the Hurd can't have \(feature.name)")
      }
    }
    // Asked for even where no directory can be hashed. 6 is SipHash, which only a directory of its own may have.
    if raw.s_def_hash_version > 5 {
      faults.add(.byExt4, "directories can't be hashed by version \(raw.s_def_hash_version)")
    }
    // 1 is UTF-8 as of Unicode 12.1; no kernel knows another.
    if let encoding = facts.encoding, encoding != 1 {
      faults.add(.byExt4, "encoding \(encoding) of names is unknown: kernels know 1")
    }
    if facts.featureBits.contains(EXT4_FEATURE_INCOMPAT_ENCRYPT, in: .incompatible),
      raw.s_encryption_level != 0
    {
      faults.add(.byExt4, "level \(raw.s_encryption_level) of encryption is unknown: kernels know 0")
    }
    if facts.hasClusters, !facts.featureBits.contains(EXT3_FEATURE_INCOMPAT_EXTENTS, in: .incompatible) {
      faults.add(.byExt4ToWrite, "bigalloc takes extents, and the file system has none")
    }
    if facts.hasClusters, facts.firstDataBlock != 0 {
      faults.add(
        .byExt4ToWrite, "the first block is \(facts.firstDataBlock), and with bigalloc it has to be 0")
    }
    for (index, kind) in ["users", "groups"].enumerated() where index < facts.quotaInodes.count {
      let (inode, own) = (facts.quotaInodes[index], UInt32(3 + index))
      if inode != 0, inode != own {
        faults.add(.byExt4ToWrite, "the quota of \(kind) is in inode \(inode), and its inode is \(own)")
      }
    }
    if facts.quotaInodes.count > 2, (1..<UInt32(EXT2_GOOD_OLD_FIRST_INO)).contains(facts.quotaInodes[2]) {
      faults.add(
        .byExt4ToWrite, "the quota of projects is in inode \(facts.quotaInodes[2]), which is reserved")
    }
    // Inode 1 is that of bad blocks.
    if let inode = facts.orphanFile, inode < 2 || inode > facts.inodeCount {
      faults.add(.byExt4, "the file of orphans can't be inode \(inode)")
    }
    if let block = facts.multiMountBlock, block < facts.firstDataBlock || block >= facts.blockCount {
      faults.add(.byExt4ToWrite, "block \(block) can't be that of multi-mount protection")
    }
    return faults
  }
}
