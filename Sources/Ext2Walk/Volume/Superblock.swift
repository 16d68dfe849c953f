import CExt2fs

/// The facts of a superblock that reading directories takes.
struct Superblock {
  /// Bytes a block: 1024 to 65536.
  let blockSize: Int
  /// Blocks numbered from `firstDataBlock` up to, not including, this.
  let blockCount: UInt64
  /// The block that holds the first superblock: 1 in file systems of 1 KiB blocks, else 0.
  let firstDataBlock: UInt64
  /// The highest inode number.
  let inodeCount: UInt32
  /// How many inodes are in use, as the superblock says: right where it is.
  let inodesInUse: UInt32
  let blocksPerGroup: UInt64
  let inodesPerGroup: UInt32
  /// Bytes an inode takes in its table: a power of two from 128.
  let inodeSize: Int
  /// The first inode that is not reserved: `/lost+found`, as mke2fs makes it.
  let firstInode: UInt32
  /// Whether byte 7 of a record is a file type (`filetype`).
  let recordsNameTypes: Bool
  /// Whether more may follow a name in its record (`dirdata`, of Lustre).
  let carriesData: Bool
  /// Whether directory blocks end in a checksum (`metadata_csum`).
  let hasChecksums: Bool
  /// Whether the inodes are Linux', and not those of the Hurd or another system.
  let hasLinuxInodes: Bool
  /// Whether inodes have checksums: not those of another system than Linux.
  let hasInodeChecksums: Bool
  /// Whether directories may be hashed (`dir_index`).
  let hasHashedDirectories: Bool
  /// The inode of the journal; nil where there is none in this file system.
  let journalInode: UInt32?
  /// Journal, quotas, orphans: inodes that may lie beyond the reserved ones; 0 for what there isn't.
  private let ownInodes: InlineArray<5, UInt32>
  /// Whether a directory may be larger than 4 GiB (`large_dir`).
  let hasLargeDirectories: Bool
  /// Whether space is given out in clusters of blocks (`bigalloc`).
  let hasClusters: Bool
  /// Bytes a cluster: those of a block where there are no clusters.
  let clusterSize: Int
  /// Whether tables of groups may stand elsewhere than in the group (`flex_bg`).
  let hasFlexibleGroups: Bool
  /// What hash a hashed directory has whose root is gone: `s_def_hash_version`.
  let defaultHashVersion: UInt8
  /// Whether block numbers may take more than 32 bits (`64bit`).
  let hasWideNumbers: Bool
  /// Whether `i_blocks` has 48 bits, and may count blocks instead of sectors (`huge_file`).
  let hasHugeFiles: Bool
  /// What inodes may have: extended attributes (`ext_attr`), extents (`extent`), contents in themselves (`inline_data`).
  let takesAttributes, takesExtents, takesInlineData: Bool
  /// Whether directories may be casefolded (`casefold`), and whether names in those have to be valid in the encoding.
  let takesCasefolding, isStrictlyEncoded: Bool
  /// Whether values of extended attributes may stand in inodes of their own (`ea_inode`).
  let hasAttributeInodes: Bool
  /// How many blocks a directory may have after its size (`s_prealloc_dir_blocks`): 0 to 255.
  let preallocatedDirectoryBlocks: UInt64
  /// Whether a journal waits to be replayed (`needs_recovery`).
  let needsRecovery: Bool

  /// - Parameter super: a superblock in this machine's byte order, as libext2fs leaves it.
  init(_ super: UnsafeMutablePointer<ext2_super_block>, blockSize: Int) throws(VolumeError) {
    let raw = unsafe `super`.pointee
    self.blockSize = blockSize
    blockCount = unsafe ext2fs_blocks_count(`super`)
    firstDataBlock = UInt64(raw.s_first_data_block)
    inodeCount = raw.s_inodes_count
    inodesInUse = raw.s_inodes_count - min(raw.s_inodes_count, raw.s_free_inodes_count)
    blocksPerGroup = UInt64(raw.s_blocks_per_group)
    inodesPerGroup = raw.s_inodes_per_group
    inodeSize = raw.s_rev_level == 0 ? Int(EXT2_GOOD_OLD_INODE_SIZE) : Int(raw.s_inode_size)
    firstInode = raw.s_rev_level == 0 ? UInt32(EXT2_GOOD_OLD_FIRST_INO) : raw.s_first_ino
    recordsNameTypes = unsafe ext2fs_has_feature_filetype(`super`) != 0
    carriesData = raw.s_feature_incompat & UInt32(EXT4_FEATURE_INCOMPAT_DIRDATA) != 0
    hasChecksums = unsafe ext2fs_has_feature_metadata_csum(`super`) != 0
    hasLinuxInodes = raw.s_creator_os == EXT2_OS_LINUX
    hasInodeChecksums = hasChecksums && hasLinuxInodes
    hasHashedDirectories = unsafe ext2fs_has_feature_dir_index(`super`) != 0
    let hasJournal = unsafe ext2fs_has_feature_journal(`super`) != 0
    journalInode = hasJournal && raw.s_journal_inum != 0 ? raw.s_journal_inum : nil
    ownInodes = [
      raw.s_journal_inum, raw.s_usr_quota_inum, raw.s_grp_quota_inum, raw.s_prj_quota_inum,
      raw.s_orphan_file_inum,
    ]
    hasLargeDirectories = unsafe ext2fs_has_feature_largedir(`super`) != 0
    hasClusters = unsafe ext2fs_has_feature_bigalloc(`super`) != 0
    // libext2fs opens none whose clusters are larger than 1024 << 29.
    clusterSize = hasClusters ? 1024 << Int(min(raw.s_log_cluster_size, 29)) : blockSize
    hasFlexibleGroups = unsafe ext2fs_has_feature_flex_bg(`super`) != 0
    defaultHashVersion = raw.s_def_hash_version
    hasWideNumbers = unsafe ext2fs_has_feature_64bit(`super`) != 0
    hasHugeFiles = unsafe ext2fs_has_feature_huge_file(`super`) != 0
    takesAttributes = unsafe ext2fs_has_feature_xattr(`super`) != 0
    takesExtents = unsafe ext2fs_has_feature_extents(`super`) != 0
    takesInlineData = unsafe ext2fs_has_feature_inline_data(`super`) != 0
    takesCasefolding = unsafe ext2fs_has_feature_casefold(`super`) != 0
    isStrictlyEncoded = raw.s_encoding_flags & UInt16(EXT4_ENC_STRICT_MODE_FL) != 0
    hasAttributeInodes = unsafe ext2fs_has_feature_ea_inode(`super`) != 0
    preallocatedDirectoryBlocks = UInt64(raw.s_prealloc_dir_blocks)
    needsRecovery = unsafe ext2fs_has_feature_journal_needs_recovery(`super`) != 0

    guard inodeSize.nonzeroBitCount == 1, (Int(EXT2_GOOD_OLD_INODE_SIZE)...blockSize).contains(inodeSize)
    else {
      throw VolumeError("reading the superblock", reason: "an inode can't take \(inodeSize) bytes")
    }
    guard inodesPerGroup > 0 else {
      throw VolumeError("reading the superblock", reason: "there are no inodes in a group")
    }
    // What counts inodes goes one beyond the last. Real groups have a multiple of eight.
    guard inodeCount < .max else {
      throw VolumeError("reading the superblock", reason: "there can't be \(inodeCount) inodes")
    }
  }

  /// Whether an inode beyond the reserved ones serves the file system itself: no entry names those.
  func isOwn(_ inode: UInt32) -> Bool {
    for index in ownInodes.indices where ownInodes[index] == inode { return true }
    return false
  }

  /// Where `block` begins, in bytes from the start of the file system; nil if there is no such block, or none that a file
  /// could be long enough for: what is added to a position doesn't overflow.
  func position(ofBlock block: UInt64) -> UInt64? {
    guard block >= firstDataBlock, block < blockCount else { return nil }
    let (position, overflow) = block.multipliedReportingOverflow(by: UInt64(blockSize))
    return overflow || position > UInt64(Int64.max) ? nil : position
  }
}
