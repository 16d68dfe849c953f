import Basics
package import FolioCore

/// A moment: seconds since the epoch, and nanoseconds as the inode has them.
package struct Timestamp: Equatable {
  package let seconds: Int64
  package let nanoseconds: UInt32

  /// - Parameter extra: `i_…time_extra`: two more bits of seconds below 30 of nanoseconds.
  package init(seconds: UInt32, extra: UInt32 = 0) {
    self.seconds = Int64(Int32(bitPattern: seconds)) + Int64(extra & 3) << 32
    nanoseconds = extra >> 2
  }
}

/// What an inode says, as `stat` would: no pointers, no layout.
package struct InodeAttributes {
  /// Type and permission bits, as `st_mode`.
  package let mode: UInt16
  package let links: UInt16
  package let uid: UInt32
  package let gid: UInt32
  package var byteCount: UInt64
  /// Allocated space in units of 512 bytes.
  package let blocks512: UInt64
  package let accessed: Timestamp
  package let modified: Timestamp
  package let changed: Timestamp
  /// Nil where the inode is too small to say.
  package let created: Timestamp?
  /// Of a character or block device.
  package let device: (major: UInt32, minor: UInt32)?

  package var fileType: FileType { FileType(mode: mode) }
}

extension FileType {
  /// The type in `i_mode`; `unknown` where it is that of no file.
  package init(mode: UInt16) {
    switch mode >> 12 {
    case 0o10: self = .regular
    case 0o04: self = .directory
    case 0o02: self = .character
    case 0o06: self = .block
    case 0o01: self = .fifo
    case 0o14: self = .socket
    case 0o12: self = .symlink
    default: self = .unknown
    }
  }
}

/// An inode: what it says of the file, and where the contents are.
package struct Inode {
  /// Where an inode keeps its block numbers, its extents, its short symbolic link or its first 60 bytes.
  package typealias BlockArea = InlineArray<60, UInt8>

  /// What every inode has, in bytes, and what all of one takes in revision 0.
  package static var leastByteCount: Int { 128 }
  /// How many blocks a block map has in the inode itself.
  static var directBlockCount: Int { 12 }
  /// How many block numbers there are in the inode, with those of indirect blocks.
  static var blockNumberCount: Int { 15 }

  /// 1 to the superblock's inode count.
  package let number: InodeNumber
  package let attributes: InodeAttributes
  /// `i_flags`.
  package let flags: UInt32
  /// How far it goes beyond its first 128 bytes, as it says: `i_extra_isize`; 0 where inodes are no larger.
  package let extraSize: Int
  /// `i_generation`, which checksums take in.
  let generation: UInt32
  /// `i_block`, as on disk.
  let blockArea: BlockArea
  /// The high half of a size where nobody reads it: of a symbolic link, or of a directory without `large_dir`. 0 elsewhere.
  package let unreadSizeHigh: UInt32
  /// The high half of `attributeBlock` where nobody reads it: without `64bit`. 0 elsewhere.
  package let unreadAttributeBlockHigh: UInt16
  /// The block that holds more extended attributes, `i_file_acl`; 0 where there is none.
  package let attributeBlock: BlockNumber

  package var isDirectory: Bool { attributes.fileType == .directory }
  package var hasExtents: Bool { flags & InodeFlag.extents != 0 }
  package var hasInlineData: Bool { flags & InodeFlag.inlineData != 0 }
  package var isHashed: Bool { flags & InodeFlag.hashed != 0 }
  package var isEncrypted: Bool { flags & InodeFlag.encrypted != 0 }
  package var holdsAttribute: Bool { flags & InodeFlag.holdsAttribute != 0 }
  package var isCasefolded: Bool { flags & InodeFlag.casefolded != 0 }

  /// Decodes inode `number` of a file system.
  ///
  /// - Parameter bytes: the inode as it stands in its table, `inodeSize` bytes.
  package init(number: InodeNumber, bytes: RawSpan, superblock: Superblock) {
    self.number = number
    flags = bytes.littleEndian(at: Field.flags)
    extraSize =
      bytes.byteCount > Self.leastByteCount
      ? Int(bytes.littleEndian(at: Field.extraSize, as: UInt16.self)) : 0
    generation = bytes.littleEndian(at: Field.generation)
    // As ext2fs_file_acl_block().
    let attributeBlockHigh = bytes.littleEndian(at: Field.attributeBlockHigh, as: UInt16.self)
    let isWide = superblock.hasWideNumbers
    unreadAttributeBlockHigh = isWide || !superblock.hasLinuxInodes ? 0 : attributeBlockHigh
    attributeBlock = BlockNumber(
      UInt64(bytes.littleEndian(at: Field.attributeBlock, as: UInt32.self))
        | (isWide ? UInt64(attributeBlockHigh) << 32 : 0))
    let type = FileType(mode: bytes.littleEndian(at: Field.mode))
    let hasUnreadHalf = type == .symlink || type == .directory && !superblock.hasLargeDirectories
    unreadSizeHigh = hasUnreadHalf ? bytes.littleEndian(at: Field.sizeHigh) : 0
    blockArea = unsafe bytes.unsafeLoad(fromByteOffset: Field.blockArea, as: BlockArea.self)
    attributes = InodeAttributes(bytes, extraSize: extraSize, superblock: superblock)
  }

  /// Where the fields stand, in bytes. The names are those of `struct ext2_inode_large` in plain words.
  package enum Field {
    package static let mode = 0x00
    package static let uid = 0x02
    package static let size = 0x04
    package static let accessed = 0x08
    package static let changed = 0x0C
    package static let modified = 0x10
    package static let gid = 0x18
    package static let links = 0x1A
    package static let blocks = 0x1C
    package static let flags = 0x20
    static let blockArea = 0x28
    static let generation = 0x64
    package static let attributeBlock = 0x68
    static let sizeHigh = 0x6C
    static let blocksHigh = 0x74
    static let attributeBlockHigh = 0x76
    static let uidHigh = 0x78
    static let gidHigh = 0x7A
    package static let extraSize = 0x80
    static let changedExtra = 0x84
    static let modifiedExtra = 0x88
    static let accessedExtra = 0x8C
    package static let created = 0x90
    static let createdExtra = 0x94
  }
}

extension InodeAttributes {
  /// - Parameter bytes: the inode as it stands in its table.
  package init(_ bytes: RawSpan, extraSize: Int, superblock: Superblock) {
    typealias Field = Inode.Field
    func half(_ field: Int) -> UInt32 { UInt32(bytes.littleEndian(at: field, as: UInt16.self)) }
    func word(_ field: Int) -> UInt32 { bytes.littleEndian(at: field) }
    mode = bytes.littleEndian(at: Field.mode)
    links = bytes.littleEndian(at: Field.links)
    // Every operating system has fields of its own here; the Hurd keeps these at the same places as Linux.
    uid = half(Field.uid) | half(Field.uidHigh) << 16
    gid = half(Field.gid) | half(Field.gidHigh) << 16

    // As ext4_isize(): the high half is a size for regular files, and for directories only under large_dir.
    let type = FileType(mode: mode)
    let hasLongSize = type == .regular || (type == .directory && superblock.hasLargeDirectories)
    byteCount = UInt64(word(Field.size)) | (hasLongSize ? UInt64(word(Field.sizeHigh)) << 32 : 0)

    // As ext2fs_get_stat_i_blocks().
    var units = UInt64(word(Field.blocks))
    if superblock.hasHugeFiles {
      units |= UInt64(half(Field.blocksHigh)) << 32
      if word(Field.flags) & InodeFlag.countsBlocks != 0 {
        units *= UInt64(superblock.blockSize.byteCount / 512)
      }
    }
    blocks512 = units

    let end = min(bytes.byteCount, Inode.leastByteCount + extraSize)
    func extra(_ field: Int) -> UInt32 { field + 4 <= end ? word(field) : 0 }
    changed = Timestamp(seconds: word(Field.changed), extra: extra(Field.changedExtra))
    modified = Timestamp(seconds: word(Field.modified), extra: extra(Field.modifiedExtra))
    accessed = Timestamp(seconds: word(Field.accessed), extra: extra(Field.accessedExtra))
    created =
      Field.created + 4 <= end
      ? Timestamp(seconds: word(Field.created), extra: extra(Field.createdExtra)) : nil

    // As new_decode_dev(), or old_decode_dev() where the first block number is used.
    if type == .character || type == .block {
      let (old, new) = (word(Field.blockArea), word(Field.blockArea + 4))
      device =
        old != 0
        ? (major: old >> 8 & 0xFF, minor: old & 0xFF)
        : (major: new >> 8 & 0xFFF, minor: new & 0xFF | new >> 12 & 0xFFF00)
    } else {
      device = nil
    }
  }
}
