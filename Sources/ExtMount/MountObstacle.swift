package import ExtVolume
package import FolioCore

/// Which kernels don't mount a file system for something.
package enum Refusal {
  case byAll, byExt4
  /// ext4 mounts it read-only.
  case byExt4ToWrite
  /// ext4 mounts it read-only, and only where its journal is left alone (`noload`).
  case byExt4WithJournal
  case byNone
}

/// Something that keeps kernels from mounting a file system, or would if they looked.
package struct MountObstacle: Equatable {
  package let reason: Reason
  package let refusal: Refusal

  /// What it is. Its sentences are in `Words/MountObstacle+Words.swift`.
  package enum Reason: Equatable {
    /// A number of the superblock.
    case superblock(ImpossibleValue)
    /// Mount options that the superblock asks for.
    case options(OptionConflict)
    /// A device that says that it is a journal holds none; or can't be read, and why.
    case journalDevice(DeviceReadError?)
    /// Block groups, of which `first` is the first.
    case groups(first: UInt32, count: Int, GroupDamage)
    /// The block of multi-mount protection.
    case multiMountBlock(BlockNumber, MultiMountDamage)
    /// e2fsck has marked it as its own.
    case usedByFsck
    /// One of the inodes that mounting takes.
    ///
    /// - Parameter mayBeReplayed: whether what waits in the journal may mend it.
    case inode(InodeNumber, MountInode, InodeObstacle, mayBeReplayed: Bool)
  }
}

/// What is wrong with block groups.
package enum GroupDamage: Equatable {
  /// A descriptor leads to no place where the table can be.
  case tablesOutOfPlace
  case tablesOverOthers
  case descriptorChecksum
}

/// What is wrong with the block of multi-mount protection.
package enum MultiMountDamage: Equatable {
  case magic, checksum
  case unreadable(VolumeError)
}

/// The inodes that mounting takes.
package enum MountInode: Equatable {
  case root, journal, orphanFile
  case quota(Quota)

  /// Whose quotas a file has, in the order of the superblock.
  package enum Quota: CaseIterable {
    case users, groups, projects
  }
}

/// What is wrong with one of the inodes that mounting takes.
package enum InodeObstacle: Equatable {
  case unreadable(VolumeError)
  /// - Parameter inodeSize: in bytes.
  case damage(InodeDamage, inodeSize: Int)
  case checksum
  case notDirectory
  case notFile
  /// It is no regular file, or has no links.
  case notFileInUse
  case noLinks
  case noContents
  /// A block that is the file system's own.
  case ownBlock(BlockNumber)
  /// Some of its blocks are the file system's own.
  case ownBlocks
  case blockTwice(BlockNumber)
  case blockMap(BlockMapDamage)
  /// An orphan file of more blocks than that.
  case longerThan(blocks: UInt64)
  /// An orphan file with a block that isn't one of its kind.
  case orphanMagic
  case orphanChecksum(block: BlockNumber)
  case journal(JournalDamage)
  case quota(QuotaDamage)
}

/// What is wrong with the head of a quota file.
package enum QuotaDamage: Equatable {
  /// It holds none.
  case missing
  case version(UInt32)
  case size(kibibytes: UInt32, byteCount: UInt64)
  /// A block where none of the file can be.
  case block(UInt32, of: UInt32)
}

extension [MountObstacle] {
  package mutating func add(_ refusal: Refusal, _ reason: MountObstacle.Reason) {
    append(MountObstacle(reason: reason, refusal: refusal))
  }
}

extension Superblock {
  /// What is impossible in it, and who refuses it for that.
  package var obstacles: [MountObstacle] {
    impossibleValues.map { MountObstacle(reason: .superblock($0), refusal: refusal(for: $0)) }
  }

  /// Which kernels don't mount it for an impossible value.
  private func refusal(for value: ImpossibleValue) -> Refusal {
    switch value {
    case .logBlockSize, .inodeSize, .clusterSize, .blockCount, .inodesPerGroup, .blocksPerGroup, .inodeCount:
      .byAll
    case .extraInodeSize, .clustersPerGroup, .descriptorSize, .logGroupsPerFlexibleGroup, .firstBlock,
      .firstMetaGroup, .reservedDescriptorBlocks, .firstInode, .featureOfHurd, .hashVersion, .encoding,
      .encryptionLevel, .orphanFile:
      .byExt4
    case .clustersWithoutExtents, .firstBlockWithClusters, .quotaInode, .projectQuotaInode, .multiMountBlock:
      .byExt4ToWrite
    case .journalInode: mountOptions.skipsBlockValidity ? .byExt4WithJournal : .byExt4
    case .journalInTwoPlaces, .journalNowhere: .byExt4WithJournal
    case .featuresInRevision0, .firstInodeBeyondLast, .part: .byNone
    }
  }

  /// Why ext4 doesn't mount it for the mount options that it asks for itself. Nothing is damaged by these.
  var obstaclesOfMountOptions: [MountObstacle] {
    mountOptions.obstacles(
      hasJournal: journal != .none, hasInternalJournal: journalInode != nil, hasInlineData: takesInlineData)
  }
}
