import Basics
import CExt2fs
import FolioCore
import Testing

@testable import ExtVolume

/// The numbers of the format that are ours, against libext2fs' declarations.
@Suite struct InodeFormatTests {
  private typealias Raw = ext2_inode_large

  @Test func fieldsStandWhereLibext2fsHasThem() {
    typealias Field = Inode.Field
    let fields: [(ours: Int, theirs: PartialKeyPath<Raw>)] = [
      (Field.mode, \.i_mode), (Field.uid, \.i_uid), (Field.size, \.i_size), (Field.accessed, \.i_atime),
      (Field.changed, \.i_ctime), (Field.modified, \.i_mtime), (Field.gid, \.i_gid),
      (Field.links, \.i_links_count), (Field.blocks, \.i_blocks), (Field.flags, \.i_flags),
      (Field.blockArea, \.i_block), (Field.generation, \.i_generation), (Field.attributeBlock, \.i_file_acl),
      (Field.sizeHigh, \.i_size_high), (Field.extraSize, \.i_extra_isize),
      (Field.changedExtra, \.i_ctime_extra),
      (Field.modifiedExtra, \.i_mtime_extra), (Field.accessedExtra, \.i_atime_extra),
      (Field.created, \.i_crtime), (Field.createdExtra, \.i_crtime_extra),
    ]
    for (ours, theirs) in fields {
      #expect(MemoryLayout<Raw>.offset(of: theirs) == ours, "\(theirs)")
    }
    // A union's members are no stored properties to Swift, which then knows no offset.
    var raw = Raw()
    unsafe raw.osd2.linux2.l_i_blocks_hi = 0x1111
    unsafe raw.osd2.linux2.l_i_file_acl_high = 0x2222
    unsafe raw.osd2.linux2.l_i_uid_high = 0x3333
    unsafe raw.osd2.linux2.l_i_gid_high = 0x4444
    let bytes = unsafe withUnsafeBytes(of: raw) { unsafe Array($0) }
    let high: [(Int, UInt16)] = [
      (Field.blocksHigh, 0x1111), (Field.attributeBlockHigh, 0x2222), (Field.uidHigh, 0x3333),
      (Field.gidHigh, 0x4444),
    ]
    for (field, value) in high { #expect(bytes.raw.littleEndian(at: field) == value) }
  }

  @Test func flagsAreLibext2fs() {
    let flags: [(UInt32, Int)] = [
      (InodeFlag.immutable, Int(EXT2_IMMUTABLE_FL)), (InodeFlag.append, Int(EXT2_APPEND_FL)),
      (InodeFlag.encrypted, Int(EXT4_ENCRYPT_FL)), (InodeFlag.hashed, Int(EXT2_INDEX_FL)),
      (InodeFlag.countsBlocks, Int(EXT4_HUGE_FILE_FL)), (InodeFlag.extents, Int(EXT4_EXTENTS_FL)),
      (InodeFlag.holdsAttribute, Int(EXT4_EA_INODE_FL)), (InodeFlag.inlineData, Int(EXT4_INLINE_DATA_FL)),
      (InodeFlag.casefolded, Int(EXT4_CASEFOLD_FL)),
    ]
    for (ours, theirs) in flags { #expect(Int(ours) == theirs) }
    #expect(
      InodeNumber.root == InodeNumber(EXT2_ROOT_INO) && InodeNumber.badBlocks == InodeNumber(EXT2_BAD_INO))
    #expect(Inode.leastByteCount == Int(EXT2_GOOD_OLD_INODE_SIZE))
    #expect(Superblock.oldFirstInode == InodeNumber(EXT2_GOOD_OLD_FIRST_INO))
    #expect(Inode.directBlockCount == Int(EXT2_NDIR_BLOCKS))
  }

  /// Every type that an inode can say, and every other number.
  @Test func modesAreThoseOfTheSystem() {
    let types: [Int: FileType] = [
      Int(LINUX_S_IFREG): .regular, Int(LINUX_S_IFDIR): .directory, Int(LINUX_S_IFCHR): .character,
      Int(LINUX_S_IFBLK): .block, Int(LINUX_S_IFIFO): .fifo, Int(LINUX_S_IFSOCK): .socket,
      Int(LINUX_S_IFLNK): .symlink,
    ]
    for kind in 0..<16 {
      let mode = UInt16(kind << 12 | 0o4755)
      #expect(FileType(mode: mode) == types[kind << 12] ?? .unknown, "\(mode)")
    }
  }
}
