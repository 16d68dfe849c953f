import TextOutput

extension ImpossibleValue {
  /// In a sentence.
  package var words: String {
    switch self {
    case .logBlockSize(let log):
      "impossible block size: s_log_block_size is \(log), and 6 (64 KiB) is the most"
    case .featuresInRevision0: "there can't be features in revision 0"
    case .inodeSize(let size): "an inode can't take \(size) bytes"
    case .extraInodeSize(let size, let inodeSize):
      "inodes of \(inodeSize) bytes have no room for \(size) more than 128"
    case .clusterSize(let size, let hasClusters):
      "a cluster\(hasClusters ? "" : ", without bigalloc,") can't take \(size) bytes"
    case .clustersPerGroup(let count, let blocks): "a group of \(blocks) blocks can't have \(count) clusters"
    case .descriptorSize(let size): "a group descriptor can't take \(size) bytes"
    case .logGroupsPerFlexibleGroup(let log): "2^\(log) groups can't be flexible together"
    case .blockCount(let count, let first): "there can't be \(count) blocks, of which the first is \(first)"
    case .firstBlock(let first, let blockSize):
      "the first of blocks of \(blockSize) bytes can't be block \(first)"
    case .inodesPerGroup(let count): "a group can't have \(count) inodes"
    case .blocksPerGroup(let count): "a group can't have \(count) blocks"
    case .inodeCount(let count, let groupCount, let perGroup):
      "there can't be \(count) inodes in \(counted(groupCount, "group")) of \(perGroup)"
    case .firstMetaGroup(let first, let count): "the first meta group can't be \(first) of \(count)"
    case .reservedDescriptorBlocks(let count): "there can't be \(count) blocks for more group descriptors"
    case .firstInode(let first): "the first inode for files can't be \(first)"
    case .firstInodeBeyondLast(let first, let count):
      "the first inode for files can't be \(first) of \(count)"
    case .part(let part, let what, let whole): "there can't be \(part) \(what.words) of \(whole)"
    case .journalInode(let inode, let count): "the journal can't be in inode \(inode): there are \(count)"
    case .journalInTwoPlaces(let inode): "the journal can't be both in inode \(inode) and on a device"
    case .journalNowhere: "the journal is neither in an inode nor on a device that is named"
    case .featureOfHurd(let feature): "a file system of the Hurd can't have \(feature.name)"
    case .hashVersion(let version): "directories can't be hashed by version \(version)"
    case .encoding(let encoding): "encoding \(encoding) of names is unknown: kernels know 1"
    case .encryptionLevel(let level): "level \(level) of encryption is unknown: kernels know 0"
    case .clustersWithoutExtents: "bigalloc takes extents, and the file system has none"
    case .firstBlockWithClusters(let first):
      "the first block is \(first), and with bigalloc it has to be 0"
    case .quotaInode(let inode, let quota, let own):
      "the quota of \(quota.words) is in inode \(inode), and its inode is \(own)"
    case .projectQuotaInode(let inode): "the quota of projects is in inode \(inode), which is reserved"
    case .orphanFile(let inode): "the file of orphans can't be inode \(inode)"
    case .multiMountBlock(let block): "block \(block) can't be that of multi-mount protection"
    }
  }
}

extension ImpossibleValue.Counted {
  fileprivate var words: String {
    switch self {
    case .freeBlocks: "free blocks"
    case .reservedBlocks: "reserved blocks"
    case .freeInodes: "free inodes"
    }
  }
}

extension ImpossibleValue.Quota {
  fileprivate var words: String {
    switch self {
    case .users: "users"
    case .groups: "groups"
    }
  }
}
