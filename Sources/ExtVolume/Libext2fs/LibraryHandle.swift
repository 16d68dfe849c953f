import Basics
import CExt2fs
package import FolioCore
import Synchronization

/// libext2fs' handle of a file system that is open for reading: what libext2fs alone knows of it.
///
/// Threads share it. What most calls look at is filled in by `ext2fs_open2()` and the initialiser, and nobody changes it
/// after that: the superblock, the group descriptors, the table of the encoding. The two kinds of calls that change something
/// in the handle take ``lock``: the iterator over directories, which reads and keeps inodes there, and the checksum of a
/// descriptor, which libext2fs takes out of the descriptor as long as it computes.
@safe
package final class LibraryHandle: @unchecked Sendable {
  private let handle: ext2_filsys
  private let lock = Mutex<Void>(())
  /// How many block groups there are.
  package let groupCount: UInt32
  /// What all checksums begin with: `s_checksum_seed`, or that of the UUID.
  let checksumSeed: UInt32
  /// Whether group descriptors have checksums.
  let hasDescriptorChecksums: Bool
  /// How many blocks the group descriptors take, and the inode table of a group.
  let descriptorBlockCount, inodeTableBlockCount: UInt64

  /// Opens the file system in `source`; nil and libext2fs' number where it refuses.
  ///
  /// - Parameters:
  ///   - superblock: the block that a backup of it stands in, or 0.
  ///   - blockSize: what the size of blocks has to be; nil where it may be any.
  ///   - ignoresChecksums: whether a wrong checksum of the superblock is none to refuse.
  ///   - ignoresFeatures: whether features that libext2fs doesn't know are none to refuse.
  package static func open(
    _ source: any ByteSource, superblock: BlockNumber, blockSize: BlockSize?, ignoresChecksums: Bool,
    ignoresFeatures: Bool
  ) -> (LibraryHandle?, Int) {
    let flags =
      EXT2_FLAG_64BITS | (ignoresChecksums ? EXT2_FLAG_IGNORE_CSUM_ERRORS : 0)
      | (ignoresFeatures ? EXT2_FLAG_FORCE : 0)
    let (handle, code) = unsafe IOManager.open(
      source, superblock: superblock, blockSize: blockSize, flags: flags)
    return unsafe (handle.map { unsafe LibraryHandle($0) }, code)
  }

  /// - Parameter handle: one that is open, and closed with this value.
  private init(_ handle: ext2_filsys) {
    unsafe self.handle = unsafe handle
    groupCount = unsafe handle.pointee.group_desc_count
    checksumSeed = unsafe handle.pointee.csum_seed
    hasDescriptorChecksums = unsafe ext2fs_has_group_desc_csum(handle) != 0
    descriptorBlockCount = unsafe UInt64(handle.pointee.desc_blocks)
    inodeTableBlockCount = unsafe UInt64(handle.pointee.inode_blocks_per_group)
    // verify judges checksums; a listing must get through without.
    unsafe handle.pointee.flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS
  }

  deinit {
    var handle: ext2_filsys? = unsafe handle
    // Nothing was changed, so closing has nothing to write and nothing to fail at.
    _ = unsafe ext2fs_close_free(&handle)
  }

  /// The superblock that it was opened by: of an image that changes, what was there when libext2fs read it.
  package func superblock() throws(VolumeError) -> Superblock {
    let bytes = unsafe UnsafeRawBufferPointer(start: handle.pointee.super, count: Superblock.byteCount)
    guard let superblock = Superblock(unsafe Array(bytes)) else {
      throw .corrupt(.magic)
    }
    return superblock
  }

  // MARK: Groups

  /// What a group's descriptor says of where its tables begin: blocks, which may be anywhere in a damaged file system.
  func blockBitmap(group: UInt32) -> BlockNumber {
    BlockNumber(unsafe ext2fs_block_bitmap_loc(handle, group))
  }
  func inodeBitmap(group: UInt32) -> BlockNumber {
    BlockNumber(unsafe ext2fs_inode_bitmap_loc(handle, group))
  }
  package func inodeTable(group: UInt32) -> BlockNumber {
    BlockNumber(unsafe ext2fs_inode_table_loc(handle, group))
  }

  /// Whether none of the group's inodes was ever used (`INODE_UNINIT`).
  func hasNoInodes(group: UInt32) -> Bool {
    unsafe ext2fs_bg_flags_test(handle, group, UInt16(EXT2_BG_INODE_UNINIT)) != 0
  }

  /// How many directories are said to be in the group, and how many inodes that are free.
  func directoryCount(group: UInt32) -> UInt32 { unsafe ext2fs_bg_used_dirs_count(handle, group) }
  func freeInodeCount(group: UInt32) -> UInt32 { unsafe ext2fs_bg_free_inodes_count(handle, group) }

  /// How many inodes at the end of the group were never used.
  func unusedInodeCount(group: UInt32) -> UInt32 { unsafe ext2fs_bg_itable_unused(handle, group) }

  /// The first block of a group, and how many the copies of the superblock and the descriptors take there: those that are
  /// kept for more descriptors are among them.
  ///
  /// Mirrors `ext2fs_super_and_bgd_loc2()`, and calls it.
  package func base(group: UInt32) -> (first: BlockNumber, count: UInt64) {
    let first = unsafe ext2fs_group_first_block2(handle, group)
    var count: blk_t = 0
    _ = unsafe ext2fs_super_and_bgd_loc2(handle, group, nil, nil, nil, &count)
    return (BlockNumber(first), UInt64(count))
  }

  /// Whether the checksum of a group's descriptor is the right one; true where there are none, and where the file system was
  /// opened by a backup: libext2fs then makes new ones.
  package func hasRightChecksum(group: UInt32) -> Bool {
    guard hasDescriptorChecksums else { return true }
    return lock.withLock { _ in unsafe ext2fs_group_desc_csum_verify(handle, group) != 0 }
  }

  // MARK: Names

  /// The hashes under which a hashed directory keeps `name`; nil where libext2fs doesn't know the kind of hash.
  ///
  /// Mirrors `ext2fs_dirhash2()`, and calls it. The lowest bit of the first is always clear.
  ///
  /// - Parameter version: the kind of hash, as the directory's root says it: `EXT2_HASH_LEGACY` to `EXT2_HASH_TEA`.
  package func hashes(of name: RawSpan, version: UInt8, isCasefolded: Bool) -> NameHashes? {
    let isUnsigned = unsafe handle.pointee.super.pointee.s_flags & UInt32(EXT2_FLAGS_UNSIGNED_HASH) != 0
    let kind = Int32(version) + (isUnsigned && version <= EXT2_HASH_TEA ? 3 : 0)
    let folding = isCasefolded ? Int32(EXT4_CASEFOLD_FL) : 0
    var (hash, minorHash): (ext2_dirhash_t, ext2_dirhash_t) = (0, 0)
    let code = unsafe name.withUnsafeBytes { name in
      unsafe withUnsafePointer(to: handle.pointee.super.pointee.s_hash_seed) { seed in
        unsafe ext2fs_dirhash2(
          kind, name.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(name.count),
          handle.pointee.encoding, folding,
          UnsafeRawPointer(seed).assumingMemoryBound(to: UInt32.self), &hash, &minorHash)
      }
    }
    return code == 0 ? NameHashes(hash: hash, minorHash: minorHash) : nil
  }

  /// Whether the file system has a table of an encoding that libext2fs knows.
  var hasEncoding: Bool { unsafe handle.pointee.encoding != nil }

  /// Whether two names only differ in case.
  ///
  /// Mirrors `ext2fs_casefold_cmp()`, and calls it. Only where ``hasEncoding``.
  func isSameFolded(_ first: RawSpan, _ second: RawSpan) -> Bool {
    unsafe first.withUnsafeBytes { first in
      unsafe second.withUnsafeBytes { second in
        unsafe ext2fs_casefold_cmp(
          handle.pointee.encoding, first.baseAddress?.assumingMemoryBound(to: UInt8.self), first.count,
          second.baseAddress?.assumingMemoryBound(to: UInt8.self), second.count) == 0
      }
    }
  }

  /// Whether a name is one that the file system's encoding allows.
  ///
  /// Mirrors `ext2fs_check_encoded_name()`, and calls it. Only where ``hasEncoding``.
  func isEncoded(_ name: RawSpan) -> Bool {
    unsafe name.withUnsafeBytes { name in
      var place: UnsafeMutablePointer<CChar>?
      // It takes a pointer to what it may change, and changes nothing.
      let bytes = unsafe UnsafeMutablePointer(mutating: name.baseAddress?.assumingMemoryBound(to: CChar.self))
      return unsafe ext2fs_check_encoded_name(handle.pointee.encoding, bytes, name.count, &place) == 0
    }
  }

  // MARK: Directories

  /// Hands `body` each record of `directory` as libext2fs' own iterator finds it, free ones and checksums included,
  /// with the name where it is in use.
  ///
  /// Mirrors `ext2fs_dir_iterate2()`, and calls it. Only for directories whose block maps are known to be sound: it
  /// follows a hostile map wherever that leads. `body` can't call it again.
  ///
  /// - Parameters:
  ///   - limit: how many records there can be; more are not handed on.
  ///   - typeMask: what of byte 7 of a record is a type.
  /// - Throws: in libext2fs' words, where it gives up.
  package func iterateDirectory(
    _ directory: InodeNumber, limit: Int, typeMask: UInt8, _ body: (Record, RawSpan) -> Void
  ) throws(VolumeError) {
    let code = withoutActuallyEscaping(body) { body in
      let taker = unsafe RecordTaker(handle, limit: limit, typeMask: typeMask, body)
      return withExtendedLifetime(taker) {
        lock.withLock { _ in
          unsafe ext2fs_dir_iterate2(
            handle, directory.rawValue, DIRENT_FLAG_INCLUDE_EMPTY | DIRENT_FLAG_INCLUDE_CSUM, nil,
            { _, _, entry, offset, _, _, context in
              let taker = unsafe Unmanaged<RecordTaker>.fromOpaque(context.unsafelyUnwrapped)
                .takeUnretainedValue()
              return unsafe taker.take(entry.unsafelyUnwrapped, offset: Int(offset))
            }, Unmanaged.passUnretained(taker).toOpaque())
        }
      }
    }
    guard code == 0 else { throw .failed(code, doing: .iterate(directory: directory)) }
  }
}

/// What libext2fs' iterator is given to take with it.
@safe
private final class RecordTaker {
  let handle: ext2_filsys
  let take: (Record, RawSpan) -> Void
  private let typeMask: UInt8
  private var left: Int

  /// - Parameter typeMask: what of byte 7 of a record is a type.
  init(
    _ handle: ext2_filsys, limit: Int, typeMask: UInt8, _ take: @escaping (Record, RawSpan) -> Void
  ) {
    unsafe self.handle = unsafe handle
    self.take = take
    left = limit
    self.typeMask = typeMask
  }

  /// Returns what tells the iterator to go on, or to end.
  func take(_ entry: UnsafeMutablePointer<ext2_dir_entry>, offset: Int) -> Int32 {
    guard left > 0 else { return DIRENT_ABORT }
    left -= 1
    var length: UInt32 = 0
    guard unsafe ext2fs_get_rec_len(handle, entry, &length) == 0 else { return DIRENT_ABORT }
    let bytes = UnsafeRawPointer(entry)
    let record = Record(
      offset: offset, length: Int(length), inode: InodeNumber(unsafe entry.pointee.inode),
      nameLength: unsafe Int(bytes.load(fromByteOffset: 6, as: UInt8.self)),
      fileTypeCode: unsafe bytes.load(fromByteOffset: 7, as: UInt8.self) & typeMask)
    let nameLength = record.isEntry ? record.nameLength : 0
    let name = unsafe UnsafeRawBufferPointer(start: bytes + Record.headerByteCount, count: nameLength)
    take(record, unsafe name.bytes)
    return 0
  }
}
