package import Basics
package import FolioCore

/// What a superblock says of its file system: 1024 bytes, read without libext2fs, so that it can be had of one that libext2fs
/// refuses.
///
/// What reading takes again and again is kept; the rest is read from the bytes when it is asked for. It never changes, and is a
/// class so that nobody copies it. See `struct ext2_super_block` and ext4(5).
package final class Superblock: Sendable {
  package enum Journal: Equatable {
    case none
    case inode(InodeNumber)
    /// On a device of its own, with this UUID.
    case external
  }

  /// As they are on disk.
  private let bytes: [UInt8]
  package let revision: UInt32
  let featureBits: FeatureBits
  /// One that blocks can have where ``hasBlockSize``.
  package let blockSize: BlockSize
  /// Whether blocks can be of the size that is said.
  package let hasBlockSize: Bool
  /// Blocks are numbered from `firstDataBlock` up to, not including, `blockCount`. The first is 1 in file systems of 1 KiB
  /// blocks, else 0.
  package let firstDataBlock: BlockNumber
  package let blockCount: UInt64
  package let blocksPerGroup: UInt64
  /// The highest inode number.
  package let inodeCount: UInt32
  package let inodesPerGroup: UInt32
  /// Bytes an inode takes in its table: a power of two from 128, where it can be read.
  package let inodeSize: Int
  /// The first inode that is not reserved: `/lost+found`, as mke2fs makes it.
  package let firstInode: InodeNumber
  /// Whether byte 7 of a record is a file type (`filetype`).
  package let recordsNameTypes: Bool
  /// Whether more may follow a name in its record (`dirdata`, of Lustre).
  package let carriesData: Bool
  /// Whether directory blocks end in a checksum (`metadata_csum`).
  package let hasChecksums: Bool
  /// Whether the inodes are Linux', and not those of the Hurd or another system.
  let hasLinuxInodes: Bool
  /// Whether inodes have checksums: not those of another system than Linux.
  let hasInodeChecksums: Bool
  /// Whether space is given out in clusters of blocks (`bigalloc`).
  package let hasClusters: Bool
  /// Whether `i_blocks` has 48 bits, and may count blocks instead of sectors (`huge_file`).
  let hasHugeFiles: Bool
  /// Journal, quotas, orphans: inodes that may lie beyond the reserved ones; 0 for what there isn't.
  private let inodesReservedForFileSystem: InlineArray<5, InodeNumber>

  /// How large a superblock is, in bytes.
  package static let byteCount = 1024
  /// Where the first one stands, in bytes.
  package static let position: BytePosition = 1024
  /// Where the first one ends, in bytes from the start of the file system.
  package static var end: BytePosition { position + UInt64(byteCount) }
  /// Blocks are of 64 KiB at most.
  private static let greatestLogBlockSize: UInt32 = 6
  /// What an inode takes, and how many are reserved, in revision 0.
  static let oldInodeSize = 128
  package static let oldFirstInode: InodeNumber = 11
  private static let magic: UInt16 = 0xEF53

  /// Reads a superblock; nil where these bytes are none.
  ///
  /// - Parameter bytes: ``byteCount`` of them, as they are on disk.
  package init?(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "a superblock has \(Self.byteCount) bytes")
    let fields = Fields(bytes)
    let logBlockSize = fields.number(at: Field.logBlockSize, as: UInt32.self)
    guard fields.number(at: Field.magic) == Self.magic,
      logBlockSize <= Self.greatestLogBlockSize || fields.isLikely
    else { return nil }
    let revision: UInt32 = fields.number(at: Field.revision)
    let features = FeatureBits(
      compatible: fields.number(at: Field.compatible), incompatible: fields.number(at: Field.incompatible),
      readOnlyCompatible: fields.number(at: Field.readOnlyCompatible))
    self.bytes = bytes
    self.revision = revision
    featureBits = features
    blockSize = BlockSize(logarithm: logBlockSize)
    hasBlockSize = logBlockSize <= Self.greatestLogBlockSize
    firstDataBlock = BlockNumber(fields.number(at: Field.firstDataBlock, as: UInt32.self))
    blockCount = fields.wide(at: Field.blockCount, high: Field.blockCountHigh, features)
    blocksPerGroup = UInt64(fields.number(at: Field.blocksPerGroup, as: UInt32.self))
    inodeCount = fields.number(at: Field.inodeCount)
    inodesPerGroup = fields.number(at: Field.inodesPerGroup)
    inodeSize =
      revision == 0 ? Self.oldInodeSize : Int(fields.number(at: Field.inodeSize, as: UInt16.self))
    firstInode = revision == 0 ? Self.oldFirstInode : fields.number(at: Field.firstInode)
    recordsNameTypes = features.contains(.filetype)
    carriesData = features.contains(.dirdata)
    hasChecksums = features.contains(.metadataChecksums)
    hasLinuxInodes = fields.number(at: Field.creator, as: UInt32.self) == 0
    hasInodeChecksums = hasChecksums && hasLinuxInodes
    hasClusters = features.contains(.bigalloc)
    hasHugeFiles = features.contains(.hugeFile)
    inodesReservedForFileSystem = [
      fields.number(at: Field.journalInode), fields.number(at: Field.userQuotaInode),
      fields.number(at: Field.groupQuotaInode), fields.number(at: Field.projectQuotaInode),
      fields.number(at: Field.orphanFile),
    ]
  }

  // MARK: Sizes

  /// Bytes a cluster of blocks, as the superblock says it: those of a block without `bigalloc`.
  package var clusterSize: Int {
    // Without the feature these bits once were the size of fragments.
    1024 << Int(min(number(at: Field.logClusterSize, as: UInt32.self), 32))
  }

  /// Bytes that are given out at a time: a cluster, or a block where there are no clusters.
  var allocationSize: Int { hasClusters ? clusterSize : blockSize.byteCount }

  /// Bytes a group descriptor.
  package var descriptorSize: Int {
    hasWideNumbers ? Int(number(at: Field.descriptorSize, as: UInt16.self)) : 32
  }

  /// How large the file system is, in bytes; the most there is where that overflows, and 0 where nobody can tell.
  package var byteCount: UInt64 {
    guard hasBlockSize else { return 0 }
    return blockSize.byteCount(of: blockCount) ?? .max
  }

  /// Where `block` begins, in bytes from the start of the file system; nil if there is no such block, or none that a file
  /// could be long enough for: what is added to a position doesn't overflow.
  package func position(ofBlock block: BlockNumber) -> BytePosition? {
    guard block >= firstDataBlock, block < blocksEnd else { return nil }
    return blockSize.position(of: block)
  }

  // MARK: Counts

  /// Nil where groups of no blocks are said to be there.
  package var groupCount: UInt64? {
    guard blocksPerGroup > 0 else { return nil }
    return blocksEnd > firstDataBlock ? (blocksEnd - firstDataBlock - 1) / blocksPerGroup + 1 : 0
  }

  /// Where the blocks end: one after the last.
  package var blocksEnd: BlockNumber { BlockNumber(blockCount) }
  /// The inode of the highest number.
  package var lastInode: InodeNumber { InodeNumber(inodeCount) }

  /// The first inode of a group.
  func firstInode(ofGroup group: UInt32) -> InodeNumber { InodeNumber(group * inodesPerGroup + 1) }

  /// The group of an inode, and which of the group's inodes it is, from 0 on.
  func place(of inode: InodeNumber) -> (group: UInt32, index: UInt32) {
    let (group, index) = (inode - 1).quotientAndRemainder(dividingBy: inodesPerGroup)
    return (group, index)
  }

  package var freeBlockCount: UInt64 { wide(at: Field.freeBlockCount, high: Field.freeBlockCountHigh) }
  package var reservedBlockCount: UInt64 {
    wide(at: Field.reservedBlockCount, high: Field.reservedBlockCountHigh)
  }
  package var freeInodeCount: UInt32 { number(at: Field.freeInodeCount) }
  /// How many inodes are in use, as the superblock says: right where it is.
  package var inodesInUse: UInt32 { inodeCount - min(inodeCount, freeInodeCount) }

  // MARK: Features

  package var features: [Feature] { Feature.named(by: featureBits) }
  /// Whether block numbers may take more than 32 bits (`64bit`).
  package var hasWideNumbers: Bool { featureBits.contains(.wideNumbers) }
  /// Whether tables of groups may stand elsewhere than in the group (`flex_bg`).
  var hasFlexibleGroups: Bool { featureBits.contains(.flexibleGroups) }
  /// Whether directories may be hashed (`dir_index`).
  package var hasHashedDirectories: Bool { featureBits.contains(.hashedDirectories) }
  /// Whether a directory may be larger than 4 GiB (`large_dir`).
  var hasLargeDirectories: Bool { featureBits.contains(.largeDirectories) }
  /// What inodes may have: extended attributes (`ext_attr`), extents (`extent`), contents in themselves (`inline_data`).
  package var takesAttributes: Bool { featureBits.contains(.attributes) }
  package var takesExtents: Bool { featureBits.contains(.extents) }
  package var takesInlineData: Bool { featureBits.contains(.inlineData) }
  /// Whether directories may be casefolded (`casefold`), and whether names in those have to be valid in the encoding.
  var takesCasefolding: Bool { featureBits.contains(.casefold) }
  var isStrictlyEncoded: Bool { number(at: Field.encodingFlags, as: UInt16.self) & 1 != 0 }
  /// Whether values of extended attributes may stand in inodes of their own (`ea_inode`).
  package var hasAttributeInodes: Bool { featureBits.contains(.attributeInodes) }
  /// The number of the encoding of names, where they may differ in case only; nil without `casefold`.
  package var encoding: UInt16? { takesCasefolding ? number(at: Field.encoding) : nil }
  /// What hash a hashed directory has whose root is gone: `s_def_hash_version`.
  var defaultHashVersion: UInt8 { number(at: Field.defaultHashVersion) }
  /// How many blocks a directory may have after its size (`s_prealloc_dir_blocks`): 0 to 255.
  var preallocatedDirectoryBlocks: UInt64 {
    UInt64(number(at: Field.preallocatedDirectoryBlocks, as: UInt8.self))
  }

  // MARK: The file system's own files

  package var journal: Journal {
    guard featureBits.contains(.journal) else { return .none }
    let inode: InodeNumber = number(at: Field.journalInode)
    return inode != 0 ? .inode(inode) : .external
  }

  /// The inode of the journal; nil where there is none in this file system.
  package var journalInode: InodeNumber? { if case .inode(let inode) = journal { inode } else { nil } }
  /// Whether the journal may hold fast commits (`fast_commit`).
  package var hasFastCommits: Bool { featureBits.contains(.fastCommit) }
  /// Whether a journal waits to be replayed (`needs_recovery`).
  package var needsRecovery: Bool { featureBits.contains(.needsRecovery) }
  /// The inode of the file that lists orphans; nil without `orphan_file`.
  package var orphanFile: InodeNumber? {
    featureBits.contains(.orphanFile) ? number(at: Field.orphanFile) : nil
  }
  /// The block that says who has mounted it; nil without `mmp`.
  package var multiMountBlock: BlockNumber? {
    featureBits.contains(.multiMount) ? BlockNumber(number(at: Field.multiMountBlock, as: UInt64.self)) : nil
  }

  /// The inodes of the quotas of users, groups and projects, in that order, 0 for none; empty without `quota`.
  package var quotaInodes: [InodeNumber] {
    guard featureBits.contains(.quota) else { return [] }
    return [Field.userQuotaInode, Field.groupQuotaInode, Field.projectQuotaInode].map { number(at: $0) }
  }

  /// Whether an inode beyond the reserved ones serves the file system itself: no entry names those.
  package func isReservedForFileSystem(_ inode: InodeNumber) -> Bool {
    for index in inodesReservedForFileSystem.indices where inodesReservedForFileSystem[index] == inode {
      return true
    }
    return false
  }

  // MARK: Fields

  /// Where the fields stand, in bytes. The names are those of `struct ext2_super_block` in plain words.
  package enum Field {
    package static let inodeCount = 0x00
    package static let blockCount = 0x04
    package static let reservedBlockCount = 0x08
    package static let freeBlockCount = 0x0C
    package static let freeInodeCount = 0x10
    static let firstDataBlock = 0x14
    package static let logBlockSize = 0x18
    static let logClusterSize = 0x1C
    package static let blocksPerGroup = 0x20
    package static let clustersPerGroup = 0x24
    package static let inodesPerGroup = 0x28
    package static let lastMounted = 0x2C
    package static let lastWritten = 0x30
    package static let mountCount = 0x34
    package static let magic = 0x38
    package static let state = 0x3A
    package static let lastChecked = 0x40
    static let creator = 0x48
    package static let revision = 0x4C
    package static let firstInode = 0x54
    package static let inodeSize = 0x58
    package static let groupNumber = 0x5A
    package static let compatible = 0x5C
    package static let incompatible = 0x60
    package static let readOnlyCompatible = 0x64
    package static let uuid = 0x68
    package static let label = 0x78
    package static let lastMountedOn = 0x88
    static let preallocatedDirectoryBlocks = 0xCD
    package static let reservedDescriptorBlocks = 0xCE
    static let journalUUID = 0xD0
    package static let journalInode = 0xE0
    package static let journalDevice = 0xE4
    static let defaultHashVersion = 0xFC
    package static let descriptorSize = 0xFE
    static let defaultMountOptions = 0x100
    package static let firstMetaGroup = 0x104
    package static let created = 0x108
    static let blockCountHigh = 0x150
    static let reservedBlockCountHigh = 0x154
    static let freeBlockCountHigh = 0x158
    static let leastExtraInodeSize = 0x15C
    static let wantedExtraInodeSize = 0x15E
    package static let multiMountBlock = 0x168
    package static let logGroupsPerFlexibleGroup = 0x174
    static let checksumType = 0x175
    package static let encryptionLevel = 0x176
    package static let errorCount = 0x194
    package static let mountOptions = 0x200
    static let userQuotaInode = 0x240
    static let groupQuotaInode = 0x244
    package static let projectQuotaInode = 0x26C
    static let lastWrittenHigh = 0x274
    static let lastMountedHigh = 0x275
    static let createdHigh = 0x276
    static let lastCheckedHigh = 0x277
    package static let encoding = 0x27C
    static let encodingFlags = 0x27E
    package static let orphanFile = 0x280
    package static let checksum = 0x3FC
  }

  package func number<Number: FixedWidthInteger & BitwiseCopyable>(
    at field: Int, as type: Number.Type = Number.self
  ) -> Number {
    Fields(bytes).number(at: field)
  }

  package func number<Number: Ordinal>(at field: Int) -> Number where Number.RawValue == UInt32 {
    Number(rawValue: number(at: field))
  }

  func wide(at field: Int, high: Int) -> UInt64 { Fields(bytes).wide(at: field, high: high, featureBits) }

  package func bytes(at field: Int, count: Int) -> [UInt8] { Array(bytes[field..<field + count]) }

  /// The bytes of a superblock, before anything is known of them.
  private struct Fields {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
    }

    func number<Number: FixedWidthInteger & BitwiseCopyable>(
      at field: Int, as type: Number.Type = Number.self
    ) -> Number {
      bytes.raw.littleEndian(at: field)
    }

    func number<Number: Ordinal>(at field: Int) -> Number where Number.RawValue == UInt32 {
      Number(rawValue: number(at: field))
    }

    /// A number of blocks, whose upper half means something only in file systems with 64-bit block numbers.
    func wide(at field: Int, high: Int, _ features: FeatureBits) -> UInt64 {
      let low = UInt64(number(at: field, as: UInt32.self))
      return features.contains(.wideNumbers) ? low | UInt64(number(at: high, as: UInt32.self)) << 32 : low
    }

    /// Whether the rest looks like a superblock: where blocks can't be of the size that is said, the magic alone is little
    /// to go by.
    var isLikely: Bool {
      number(at: Field.revision, as: UInt32.self) <= 2 && number(at: Field.creator, as: UInt32.self) <= 4
        && number(at: Field.state, as: UInt16.self) < 8 && number(at: Field.inodeCount, as: UInt32.self) > 0
        && number(at: Field.blockCount, as: UInt32.self) > 0
        && number(at: Field.firstDataBlock, as: UInt32.self) <= 1
        && number(at: Field.inodeSize, as: UInt16.self) <= 4096
    }
  }
}
