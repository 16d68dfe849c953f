import CExt2fs
import FolioCore

/// A moment: seconds since the epoch, and nanoseconds as the inode has them.
struct Timestamp: Equatable {
  let seconds: Int64
  let nanoseconds: UInt32

  /// - Parameter extra: `i_…time_extra`: two more bits of seconds below 30 of nanoseconds.
  init(seconds: UInt32, extra: UInt32 = 0) {
    self.seconds = Int64(Int32(bitPattern: seconds)) + Int64(extra & 3) << 32
    nanoseconds = extra >> 2
  }
}

/// What an inode says, as `stat` would: no pointers, no layout.
struct InodeAttributes {
  /// Type and permission bits, as `st_mode`.
  let mode: UInt16
  let links: UInt16
  let uid: UInt32
  let gid: UInt32
  var byteCount: UInt64
  /// Allocated space in units of 512 bytes.
  let blocks512: UInt64
  let accessed: Timestamp
  let modified: Timestamp
  let changed: Timestamp
  /// Nil where the inode is too small to say.
  let created: Timestamp?
  /// Of a character or block device.
  let device: (major: UInt32, minor: UInt32)?

  var fileType: FileType { FileType(mode: mode) }
}

extension FileType {
  /// The type in `i_mode`; `unknown` where it is that of no file.
  init(mode: UInt16) {
    switch Int32(mode) & LINUX_S_IFMT {
    case LINUX_S_IFREG: self = .regular
    case LINUX_S_IFDIR: self = .directory
    case LINUX_S_IFCHR: self = .character
    case LINUX_S_IFBLK: self = .block
    case LINUX_S_IFIFO: self = .fifo
    case LINUX_S_IFSOCK: self = .socket
    case LINUX_S_IFLNK: self = .symlink
    default: self = .unknown
    }
  }
}

/// An inode: what it says of the file, and where the contents are.
struct Inode {
  /// Where an inode keeps its block numbers, its extents, its short symbolic link or its first 60 bytes.
  typealias BlockArea = InlineArray<60, UInt8>

  /// The number of the root directory's inode.
  static var root: UInt32 { UInt32(EXT2_ROOT_INO) }
  /// The number of the inode whose blocks are those that can't be used.
  static var badBlocks: UInt32 { UInt32(EXT2_BAD_INO) }

  /// 1 to the superblock's inode count.
  let number: UInt32
  let attributes: InodeAttributes
  /// `i_flags`.
  let flags: UInt32
  /// How far it goes beyond its first 128 bytes, as it says: `i_extra_isize`; 0 where inodes are no larger.
  let extraSize: Int
  /// `i_generation`, which checksums take in.
  let generation: UInt32
  /// `i_block`, as on disk.
  let blockArea: BlockArea
  /// The high half of a size where nobody reads it: of a symbolic link, or of a directory without `large_dir`. 0 elsewhere.
  let unreadSizeHigh: UInt32
  /// The high half of `attributeBlock` where nobody reads it: without `64bit`. 0 elsewhere.
  let unreadAttributeBlockHigh: UInt16
  /// The block that holds more extended attributes, `i_file_acl`; 0 where there is none.
  let attributeBlock: UInt64

  var isDirectory: Bool { attributes.fileType == .directory }
  var hasExtents: Bool { flags & UInt32(EXT4_EXTENTS_FL) != 0 }
  var hasInlineData: Bool { flags & UInt32(EXT4_INLINE_DATA_FL) != 0 }
  var isHashed: Bool { flags & UInt32(EXT2_INDEX_FL) != 0 }
  var isEncrypted: Bool { flags & UInt32(EXT4_ENCRYPT_FL) != 0 }
  var holdsAttribute: Bool { flags & UInt32(EXT4_EA_INODE_FL) != 0 }
  var isCasefolded: Bool { flags & UInt32(EXT4_CASEFOLD_FL) != 0 }

  /// Decodes inode `number` of a file system.
  ///
  /// - Parameter bytes: the inode as it stands in its table, `inodeSize` bytes.
  init(number: UInt32, bytes: RawSpan, superblock: Superblock) {
    #if !_endian(little)
      #error("struct ext2_inode_large is read as it stands on disk, which is little endian")
    #endif
    var raw = ext2_inode_large()
    let known = min(bytes.byteCount, MemoryLayout<ext2_inode_large>.size)
    unsafe withUnsafeMutableBytes(of: &raw) { target in
      unsafe bytes.extracting(first: known).withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    self.number = number
    flags = raw.i_flags
    extraSize = bytes.byteCount > EXT2_GOOD_OLD_INODE_SIZE ? Int(raw.i_extra_isize) : 0
    generation = raw.i_generation
    // As ext2fs_file_acl_block().
    let attributeBlockHigh = unsafe raw.osd2.linux2.l_i_file_acl_high
    let isWide = superblock.hasWideNumbers
    unreadAttributeBlockHigh = isWide || !superblock.hasLinuxInodes ? 0 : attributeBlockHigh
    attributeBlock = UInt64(raw.i_file_acl) | (isWide ? UInt64(attributeBlockHigh) << 32 : 0)
    let type = FileType(mode: raw.i_mode)
    let hasUnreadHalf = type == .symlink || type == .directory && !superblock.hasLargeDirectories
    unreadSizeHigh = hasUnreadHalf ? raw.i_size_high : 0
    blockArea = unsafe unsafeBitCast(raw.i_block, to: BlockArea.self)
    attributes = InodeAttributes(raw, extraSize: extraSize, superblock: superblock)
  }
}

extension InodeAttributes {
  init(_ raw: ext2_inode_large, extraSize: Int, superblock: Superblock) {
    mode = raw.i_mode
    links = raw.i_links_count
    // A union, as every operating system has its own; Hurd keeps these at the same places as Linux.
    let linux = unsafe raw.osd2.linux2
    uid = UInt32(raw.i_uid) | UInt32(linux.l_i_uid_high) << 16
    gid = UInt32(raw.i_gid) | UInt32(linux.l_i_gid_high) << 16

    // As ext4_isize(): the high half is a size for regular files, and for directories only under large_dir.
    let type = Int32(raw.i_mode) & LINUX_S_IFMT
    let hasLongSize = type == LINUX_S_IFREG || (type == LINUX_S_IFDIR && superblock.hasLargeDirectories)
    byteCount = UInt64(raw.i_size) | (hasLongSize ? UInt64(raw.i_size_high) << 32 : 0)

    // As ext2fs_get_stat_i_blocks().
    var units = UInt64(raw.i_blocks)
    if superblock.hasHugeFiles {
      units |= UInt64(linux.l_i_blocks_hi) << 32
      if raw.i_flags & UInt32(EXT4_HUGE_FILE_FL) != 0 { units *= UInt64(superblock.blockSize / 512) }
    }
    blocks512 = units

    let extent = Int(EXT2_GOOD_OLD_INODE_SIZE) + extraSize
    func extra(_ value: UInt32, endsAt end: Int) -> UInt32 { end <= extent ? value : 0 }
    changed = Timestamp(seconds: raw.i_ctime, extra: extra(raw.i_ctime_extra, endsAt: 0x88))
    modified = Timestamp(seconds: raw.i_mtime, extra: extra(raw.i_mtime_extra, endsAt: 0x8C))
    accessed = Timestamp(seconds: raw.i_atime, extra: extra(raw.i_atime_extra, endsAt: 0x90))
    created =
      0x94 <= extent ? Timestamp(seconds: raw.i_crtime, extra: extra(raw.i_crtime_extra, endsAt: 0x98)) : nil

    // As new_decode_dev(), or old_decode_dev() where the first block number is used.
    if type == LINUX_S_IFCHR || type == LINUX_S_IFBLK {
      let (old, new) = (raw.i_block.0, raw.i_block.1)
      device =
        old != 0
        ? (major: old >> 8 & 0xFF, minor: old & 0xFF)
        : (major: new >> 8 & 0xFFF, minor: new & 0xFF | new >> 12 & 0xFFF00)
    } else {
      device = nil
    }
  }
}
