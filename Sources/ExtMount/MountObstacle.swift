package import ExtVolume

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
  /// In a sentence.
  package let words: String
  package let refusal: Refusal
}

extension [MountObstacle] {
  package mutating func add(_ refusal: Refusal, _ words: String) {
    append(MountObstacle(words: words, refusal: refusal))
  }
}

extension Superblock {
  /// What is impossible in it, and who refuses it for that.
  package var obstacles: [MountObstacle] {
    impossibleValues.map { MountObstacle(words: $0.words, refusal: refusal(for: $0)) }
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
