import Basics
package import FolioCore

/// A number in a superblock that no valid file system has. Its sentences are in `Words/ImpossibleValue+Words.swift`.
package enum ImpossibleValue: Equatable, Sendable {
  /// What a superblock counts parts of.
  package enum Counted: Sendable {
    case freeBlocks, reservedBlocks, freeInodes
  }

  /// Whose quotas have an inode of their own.
  package enum Quota: CaseIterable, Sendable {
    case users, groups
  }

  // Sizes.
  case logBlockSize(UInt32)
  case featuresInRevision0
  case inodeSize(Int)
  case extraInodeSize(UInt16, inodeSize: Int)
  case clusterSize(Int, hasClusters: Bool)
  case clustersPerGroup(UInt32, blocks: UInt64)
  case descriptorSize(Int)
  case logGroupsPerFlexibleGroup(UInt8)
  // Counts.
  case blockCount(UInt64, first: BlockNumber)
  case firstBlock(BlockNumber, blockSize: BlockSize)
  case inodesPerGroup(UInt32)
  case blocksPerGroup(UInt64)
  case inodeCount(UInt32, groupCount: UInt64, perGroup: UInt32)
  case firstMetaGroup(UInt32, of: UInt64)
  case reservedDescriptorBlocks(UInt16)
  case firstInode(InodeNumber)
  case firstInodeBeyondLast(InodeNumber, of: UInt32)
  case part(UInt64, Counted, of: UInt64)
  // The journal.
  case journalInode(InodeNumber, of: UInt32)
  case journalInTwoPlaces(InodeNumber)
  case journalNowhere
  // Features.
  /// A feature that the Hurd doesn't know.
  case featureOfHurd(Feature)
  case hashVersion(UInt8)
  case encoding(UInt16)
  case encryptionLevel(UInt8)
  case clustersWithoutExtents
  case firstBlockWithClusters(BlockNumber)
  case quotaInode(InodeNumber, Quota, own: InodeNumber)
  case projectQuotaInode(InodeNumber)
  case orphanFile(InodeNumber)
  case multiMountBlock(BlockNumber)
}

extension Superblock {
  /// What is impossible of sizes, counts, features and the journal's place, as far as the superblock alone shows it.
  ///
  /// Mirrors what `ext4_load_super()` and `ext2_fill_super()` refuse, and `check_super_block()` of e2fsck calls corruption.
  package var impossibleValues: [ImpossibleValue] {
    if !hasBlockSize { return [.logBlockSize(number(at: Field.logBlockSize))] }
    if isJournalDevice { return [] }
    return impossibleSizes + impossibleCounts + impossibleGroups + impossibleJournal + impossibleFeatures
      + impossibleFiles
  }

  private var impossibleSizes: [ImpossibleValue] {
    var found: [ImpossibleValue] = []
    if revision == 0, featureBits != .none { found.append(.featuresInRevision0) }
    if inodeSize.nonzeroBitCount != 1 || inodeSize < 128 || inodeSize > blockSize.byteCount {
      found.append(.inodeSize(inodeSize))
    } else if inodeSize > 128, featureBits.contains(.extraInodeSize) {
      let sizes = [Field.leastExtraInodeSize, Field.wantedExtraInodeSize]
        .map { number(at: $0, as: UInt16.self) }
      for size in Set(sizes).sorted() where Int(size) > inodeSize - 128 {
        found.append(.extraInodeSize(size, inodeSize: inodeSize))
      }
    }
    if !(blockSize.byteCount...(hasClusters ? 1 << 30 : blockSize.byteCount)).contains(clusterSize) {
      found.append(.clusterSize(clusterSize, hasClusters: hasClusters))
    } else {
      let clustersPerGroup: UInt32 = number(at: Field.clustersPerGroup)
      if UInt64(clustersPerGroup) * UInt64(clusterSize / blockSize.byteCount) != blocksPerGroup {
        found.append(.clustersPerGroup(clustersPerGroup, blocks: blocksPerGroup))
      }
    }
    if hasWideNumbers, !(64...1024).contains(descriptorSize) || descriptorSize.nonzeroBitCount != 1 {
      found.append(.descriptorSize(descriptorSize))
    }
    let logGroups: UInt8 = number(at: Field.logGroupsPerFlexibleGroup)
    if hasFlexibleGroups, logGroups > 31 { found.append(.logGroupsPerFlexibleGroup(logGroups)) }
    return found
  }

  private var impossibleCounts: [ImpossibleValue] {
    var found: [ImpossibleValue] = []
    let bitsPerBlock = UInt64(blockSize.byteCount) * 8
    if blocksEnd <= firstDataBlock {
      found.append(.blockCount(blockCount, first: firstDataBlock))
    } else if firstDataBlock != (max(blockSize.byteCount, clusterSize) == 1024 ? 1 : 0) {
      found.append(.firstBlock(firstDataBlock, blockSize: blockSize))
    }
    // A group has at least a block of them.
    let inodesPerBlock = max(1, blockSize.byteCount / max(1, inodeSize))
    if inodesPerGroup < inodesPerBlock || UInt64(inodesPerGroup) > bitsPerBlock {
      found.append(.inodesPerGroup(inodesPerGroup))
    }
    let clustersPerGroup = blocksPerGroup / UInt64(max(1, clusterSize / blockSize.byteCount))
    if clustersPerGroup == 0 || clustersPerGroup > bitsPerBlock {
      found.append(.blocksPerGroup(blocksPerGroup))
    } else if let groupCount, groupCount > 0 {
      let (inodes, overflow) = groupCount.multipliedReportingOverflow(by: UInt64(inodesPerGroup))
      if overflow || inodes != UInt64(inodeCount) {
        found.append(.inodeCount(inodeCount, groupCount: groupCount, perGroup: inodesPerGroup))
      }
      let descriptorsPerBlock = UInt64(max(1, blockSize.byteCount / max(1, descriptorSize)))
      let metaGroupCount = (groupCount - 1) / descriptorsPerBlock + 1
      let firstMetaGroup: UInt32 = number(at: Field.firstMetaGroup)
      if featureBits.contains(.metaGroups), UInt64(firstMetaGroup) > metaGroupCount {
        found.append(.firstMetaGroup(firstMetaGroup, of: metaGroupCount))
      }
    }
    return found
  }

  private var impossibleGroups: [ImpossibleValue] {
    var found: [ImpossibleValue] = []
    let reserved: UInt16 = number(at: Field.reservedDescriptorBlocks)
    if Int(reserved) > blockSize.byteCount / 4 { found.append(.reservedDescriptorBlocks(reserved)) }
    // The kernel takes it for a number with a sign, and doesn't ask whether there is such an inode.
    if revision > 0, firstInode < Self.oldFirstInode || firstInode.rawValue > Int32.max {
      found.append(.firstInode(firstInode))
    } else if revision > 0, firstInode > lastInode {
      found.append(.firstInodeBeyondLast(firstInode, of: inodeCount))
    }
    if freeBlockCount > blockCount { found.append(.part(freeBlockCount, .freeBlocks, of: blockCount)) }
    if reservedBlockCount > blockCount {
      found.append(.part(reservedBlockCount, .reservedBlocks, of: blockCount))
    }
    if freeInodeCount > inodeCount {
      found.append(.part(UInt64(freeInodeCount), .freeInodes, of: UInt64(inodeCount)))
    }
    return found
  }

  private var impossibleJournal: [ImpossibleValue] {
    let device: UInt32 = number(at: Field.journalDevice)
    switch journal {
    case .none: return []
    case .inode(let inode) where inode > lastInode: return [.journalInode(inode, of: inodeCount)]
    case .inode(let inode): return device != 0 ? [.journalInTwoPlaces(inode)] : []
    case .external:
      let hasNoUUID = bytes(at: Field.journalUUID, count: 16).allSatisfy { $0 == 0 }
      return hasNoUUID && device == 0 ? [.journalNowhere] : []
    }
  }

  private var impossibleFeatures: [ImpossibleValue] {
    var found: [ImpossibleValue] = []
    let hurd: UInt32 = 1
    if number(at: Field.creator) == hurd {
      for feature in features where ["64bit", "ea_inode"].contains(feature.name) {
        found.append(.featureOfHurd(feature))
      }
    }
    // Asked for even where no directory can be hashed. 6 is SipHash, which only a directory of its own may have.
    if defaultHashVersion > 5 { found.append(.hashVersion(defaultHashVersion)) }
    // 1 is UTF-8 as of Unicode 12.1; no kernel knows another.
    if let encoding, encoding != 1 { found.append(.encoding(encoding)) }
    let level: UInt8 = number(at: Field.encryptionLevel)
    if featureBits.contains(.encrypt), level != 0 { found.append(.encryptionLevel(level)) }
    if hasClusters, !takesExtents { found.append(.clustersWithoutExtents) }
    if hasClusters, firstDataBlock != 0 { found.append(.firstBlockWithClusters(firstDataBlock)) }
    return found
  }

  private var impossibleFiles: [ImpossibleValue] {
    var found: [ImpossibleValue] = []
    let quotas = quotaInodes
    for (index, quota) in ImpossibleValue.Quota.allCases.enumerated() where index < quotas.count {
      let own = InodeNumber(3 + index)
      if quotas[index] != 0, quotas[index] != own {
        found.append(.quotaInode(quotas[index], quota, own: own))
      }
    }
    if quotas.count > 2, (1..<Self.oldFirstInode).contains(quotas[2]) {
      found.append(.projectQuotaInode(quotas[2]))
    }
    // Inode 1 is that of bad blocks.
    if let inode = orphanFile, inode < 2 || inode > lastInode { found.append(.orphanFile(inode)) }
    if let block = multiMountBlock, block < firstDataBlock || block >= blocksEnd {
      found.append(.multiMountBlock(block))
    }
    return found
  }
}
