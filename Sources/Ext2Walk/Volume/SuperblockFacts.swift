import Basics
import CExt2fs

/// What a superblock says of its file system, for people: more than reading directories takes.
///
/// Read without opening the file system, so that it can be had of one that libext2fs refuses. See `struct
/// ext2_super_block` and ext4(5).
struct SuperblockFacts {
  enum Journal: Equatable {
    case none
    case inode(UInt32)
    /// On a device of its own, with this UUID.
    case external
  }

  enum Checksum: Equatable {
    case none
    /// crc32c, and right.
    case right
    /// crc32c, and wrong.
    case wrong
    case unknown(type: UInt8)
  }

  let label: [UInt8]
  /// As `blkid` writes it; nil where it is all zeroes.
  let uuid: String?
  let revision: UInt32
  let featureBits: FeatureBits
  /// Bytes a block, and a cluster of blocks: the same without `bigalloc`.
  let blockSize, clusterSize: Int
  /// Whether blocks can be of the size that is said.
  let hasBlockSize: Bool
  /// Whether block numbers may take more than 32 bits (`64bit`).
  let hasWideNumbers: Bool
  /// Whether space is given out in clusters of blocks (`bigalloc`).
  let hasClusters: Bool
  /// Blocks are numbered from `firstDataBlock` up to, not including, `blockCount`.
  let firstDataBlock, blockCount: UInt64
  let freeBlockCount, reservedBlockCount: UInt64
  let inodeCount, freeInodeCount: UInt32
  let blocksPerGroup: UInt64
  /// Nil where groups of no blocks are said to be there.
  let groupCount: UInt64?
  let inodeSize: Int
  /// Bytes a group descriptor.
  let descriptorSize: Int
  /// Whether it was unmounted, or had no journal to lose.
  let isClean: Bool
  /// Whether a kernel or e2fsck found errors that nobody mended.
  let hasErrors: Bool
  /// How many errors the kernel counted.
  let errorCount: UInt32
  let journal: Journal
  /// Whether the journal may hold fast commits (`fast_commit`).
  let hasFastCommits: Bool
  /// The inode of the file that lists orphans; nil without `orphan_file`.
  let orphanFile: UInt32?
  /// The number of the encoding of names, where they may differ in case only; nil without `casefold`.
  let encoding: UInt16?
  /// The inodes of the quotas of users, groups and projects, in that order, 0 for none; empty without `quota`.
  let quotaInodes: [UInt32]
  let mountOptions: DefaultMountOptions
  /// The block that says who has mounted it; nil without `mmp`.
  let multiMountBlock: UInt64?
  /// Whether a journal waits to be replayed.
  let needsRecovery: Bool
  /// Nil for never.
  let created, lastMounted, lastWritten, lastChecked: Timestamp?
  /// Where it was mounted last.
  let lastMountedOn: [UInt8]
  let mountCount: UInt16
  let checksum: Checksum
  /// The block group that this copy of the superblock says it stands in: 0 for the first.
  let groupNumber: UInt16
  /// What it says that can't be.
  private(set) var faults: [Fault] = []

  /// How large a superblock is, in bytes.
  static let byteCount = Int(SUPERBLOCK_SIZE)
  /// Where the first one stands, in bytes.
  static let position = UInt64(SUPERBLOCK_OFFSET)

  /// Reads a superblock; nil where these bytes are none.
  ///
  /// - Parameter bytes: ``byteCount`` of them, as they are on disk.
  init?(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "a superblock has \(Self.byteCount) bytes")
    var raw = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: ext2_super_block.self) }
    if UInt16(1).littleEndian != 1 { unsafe ext2fs_swap_super(&raw) }
    guard raw.s_magic == EXT2_SUPER_MAGIC,
      raw.s_log_block_size <= Self.greatestLogBlockSize || Self.isLikely(raw)
    else { return nil }
    let isOld = raw.s_rev_level == 0
    let bits = FeatureBits(
      compatible: raw.s_feature_compat, incompatible: raw.s_feature_incompat,
      readOnlyCompatible: raw.s_feature_ro_compat)
    featureBits = bits
    // One that can't be is a fault; sums with it stay far from overflowing.
    blockSize = 1024 << Int(min(raw.s_log_block_size, 20))
    hasBlockSize = raw.s_log_block_size <= Self.greatestLogBlockSize
    hasClusters = bits.contains(EXT4_FEATURE_RO_COMPAT_BIGALLOC, in: .readOnlyCompatible)
    // Without the feature these bits once were the size of fragments.
    clusterSize = 1024 << Int(min(raw.s_log_cluster_size, 32))
    // The upper halves mean something only in file systems with 64-bit block numbers.
    let isWide = bits.contains(EXT4_FEATURE_INCOMPAT_64BIT, in: .incompatible)
    hasWideNumbers = isWide
    descriptorSize = isWide ? Int(raw.s_desc_size) : Int(EXT2_MIN_DESC_SIZE)
    func joined(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | (isWide ? UInt64(high) << 32 : 0) }
    firstDataBlock = UInt64(raw.s_first_data_block)
    blockCount = joined(raw.s_blocks_count, raw.s_blocks_count_hi)
    freeBlockCount = joined(raw.s_free_blocks_count, raw.s_free_blocks_hi)
    reservedBlockCount = joined(raw.s_r_blocks_count, raw.s_r_blocks_count_hi)
    let (first, perGroup) = (firstDataBlock, UInt64(raw.s_blocks_per_group))
    blocksPerGroup = perGroup
    groupCount =
      perGroup == 0 ? nil : blockCount > first ? (blockCount - first - 1) / perGroup + 1 : 0
    inodeCount = raw.s_inodes_count
    freeInodeCount = raw.s_free_inodes_count
    inodeSize = isOld ? Int(EXT2_GOOD_OLD_INODE_SIZE) : Int(raw.s_inode_size)
    revision = raw.s_rev_level
    isClean = UInt32(raw.s_state) & UInt32(EXT2_VALID_FS) != 0
    hasErrors = UInt32(raw.s_state) & UInt32(EXT2_ERROR_FS) != 0
    errorCount = raw.s_error_count
    if bits.contains(EXT3_FEATURE_COMPAT_HAS_JOURNAL, in: .compatible) {
      journal = raw.s_journal_inum != 0 ? .inode(raw.s_journal_inum) : .external
    } else {
      journal = .none
    }
    hasFastCommits = bits.contains(EXT4_FEATURE_COMPAT_FAST_COMMIT, in: .compatible)
    orphanFile =
      bits.contains(EXT4_FEATURE_COMPAT_ORPHAN_FILE, in: .compatible) ? raw.s_orphan_file_inum : nil
    encoding =
      bits.contains(EXT4_FEATURE_INCOMPAT_CASEFOLD, in: .incompatible) ? raw.s_encoding : nil
    quotaInodes =
      bits.contains(EXT4_FEATURE_RO_COMPAT_QUOTA, in: .readOnlyCompatible)
      ? [raw.s_usr_quota_inum, raw.s_grp_quota_inum, raw.s_prj_quota_inum] : []
    mountOptions = DefaultMountOptions(
      unsafe withUnsafeBytes(of: raw.s_mount_opts) { unsafe Array($0) }, flags: raw.s_default_mount_opts,
      hasProjects: bits.contains(EXT4_FEATURE_RO_COMPAT_PROJECT, in: .readOnlyCompatible),
      hasEncryption: bits.contains(EXT4_FEATURE_INCOMPAT_ENCRYPT, in: .incompatible))
    multiMountBlock = bits.contains(EXT4_FEATURE_INCOMPAT_MMP, in: .incompatible) ? raw.s_mmp_block : nil
    needsRecovery = bits.contains(EXT3_FEATURE_INCOMPAT_RECOVER, in: .incompatible)
    func time(_ low: UInt32, _ high: UInt8) -> Timestamp? {
      low == 0 && high == 0 ? nil : Timestamp(superblockSeconds: UInt64(low) | UInt64(high) << 32)
    }
    created = time(raw.s_mkfs_time, raw.s_mkfs_time_hi)
    lastMounted = time(raw.s_mtime, raw.s_mtime_hi)
    lastWritten = time(raw.s_wtime, raw.s_wtime_hi)
    lastChecked = time(raw.s_lastcheck, raw.s_lastcheck_hi)
    mountCount = raw.s_mnt_count
    groupNumber = raw.s_block_group_nr
    label = unsafe withUnsafeBytes(of: raw.s_volume_name) { unsafe Array($0.prefix { $0 != 0 }) }
    lastMountedOn = unsafe withUnsafeBytes(of: raw.s_last_mounted) { unsafe Array($0.prefix { $0 != 0 }) }
    let identifier = unsafe withUnsafeBytes(of: raw.s_uuid) { unsafe Array($0) }
    uuid = identifier.allSatisfy { $0 == 0 } ? nil : Self.text(ofUUID: identifier)
    let hasChecksums = bits.contains(EXT4_FEATURE_RO_COMPAT_METADATA_CSUM, in: .readOnlyCompatible)
    if !hasChecksums {
      checksum = .none
    } else if raw.s_checksum_type != UInt8(EXT2_CRC32C_CHKSUM) {
      checksum = .unknown(type: raw.s_checksum_type)
    } else {
      // All of it but the checksum itself, which is last.
      let sum = unsafe bytes.withUnsafeBufferPointer {
        unsafe ext2fs_crc32c_le(~0, $0.baseAddress, Self.byteCount - 4)
      }
      checksum = sum == raw.s_checksum ? .right : .wrong
    }
    faults = Fault.all(inSuperblock: raw, self)
  }

  /// Blocks are of 64 KiB at most.
  private static let greatestLogBlockSize: UInt32 = 6

  /// Whether the rest looks like a superblock: where blocks can't be of the size that is said, the magic alone is little to
  /// go by.
  private static func isLikely(_ raw: ext2_super_block) -> Bool {
    raw.s_rev_level <= 2 && raw.s_creator_os <= 4 && raw.s_state < 8 && raw.s_inodes_count > 0
      && raw.s_blocks_count > 0 && raw.s_first_data_block <= 1 && raw.s_inode_size <= 4096
  }

  /// Why ext4 doesn't mount it for the mount options that it asks for itself. Nothing is damaged by these.
  var refusalsByMountOptions: [Fault] {
    let isInternal = if case .inode = journal { true } else { false }
    return mountOptions.faults(
      hasJournal: journal != .none, hasInternalJournal: isInternal,
      hasInlineData: featureBits.contains(EXT4_FEATURE_INCOMPAT_INLINE_DATA, in: .incompatible))
  }

  var features: [Feature] { Feature.named(by: featureBits) }

  /// Whether both are of a file system that is laid out in the same way, and nothing is wrong with either.
  func hasLayout(of other: SuperblockFacts) -> Bool {
    faults.isEmpty && other.faults.isEmpty && uuid == other.uuid && featureBits == other.featureBits
      && blockSize == other.blockSize && blockCount == other.blockCount && groupCount == other.groupCount
      && inodeSize == other.inodeSize && inodeCount == other.inodeCount
      && descriptorSize == other.descriptorSize
  }

  /// How large the file system is, in bytes; the most there is where that overflows, and 0 where nobody can tell.
  var byteCount: UInt64 {
    guard hasBlockSize else { return 0 }
    let (byteCount, overflow) = blockCount.multipliedReportingOverflow(by: UInt64(blockSize))
    return overflow ? .max : byteCount
  }

  /// Which of the three it is, by what it takes, as `blkid` tells: `ext2`, `ext3` or `ext4`; `jbd` for a journal device.
  var type: String {
    if featureBits.contains(EXT3_FEATURE_INCOMPAT_JOURNAL_DEV, in: .incompatible) { return "jbd" }
    let old = UInt32(
      EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_RECOVER | EXT2_FEATURE_INCOMPAT_META_BG)
    let oldReadOnly = UInt32(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE) | 4
    if featureBits.incompatible & ~old != 0 || featureBits.readOnlyCompatible & ~oldReadOnly != 0 {
      return "ext4"
    }
    return journal == .none ? "ext2" : "ext3"
  }

  private static func text(ofUUID bytes: [UInt8]) -> String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }
}

extension Timestamp {
  /// A time of a superblock: seconds since 1970, of 40 bits and without a sign.
  fileprivate init(superblockSeconds: UInt64) {
    seconds = Int64(superblockSeconds)
    nanoseconds = 0
  }
}
