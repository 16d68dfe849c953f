import Basics
import CExt2fs
package import FolioCore
package import SystemPackage

/// A file system on its way into an empty file, made by libext2fs and nobody else.
///
/// Mirrors what mke2fs and debugfs do: `ext2fs_initialize()`, `ext2fs_mkdir()`, `ext2fs_link()`.
@safe
package final class FreshFileSystem {
  private let handle: ext2_filsys
  private var isClosed = false

  /// Makes a file system with nothing in it but its root and `/lost+found`.
  ///
  /// - Parameter path: a file that is there and large enough; what it holds is lost.
  package init(at path: FilePath, blockSize: BlockSize, blockCount: UInt32, inodeCount: UInt32)
    throws(VolumeError)
  {
    var parameters = ext2_super_block()
    parameters.s_rev_level = UInt32(EXT2_DYNAMIC_REV)
    parameters.s_log_block_size = UInt32(blockSize.logarithm)
    parameters.s_log_cluster_size = parameters.s_log_block_size
    parameters.s_blocks_count = blockCount
    parameters.s_inodes_count = inodeCount
    parameters.s_inode_size = 256
    parameters.s_feature_incompat = UInt32(EXT2_FEATURE_INCOMPAT_FILETYPE)
    var handle: ext2_filsys?
    let code = unsafe path.withPlatformString { name in
      unsafe ext2fs_initialize(name, EXT2_FLAG_64BITS, &parameters, cext2fs_unix_io_manager(), &handle)
    }
    guard let handle = unsafe handle else { throw .failed(code, doing: .make(.fileSystem)) }
    unsafe self.handle = unsafe handle
    try Self.check(unsafe ext2fs_allocate_tables(handle), .tables)
    let root = InodeNumber.root.rawValue
    try Self.check(unsafe ext2fs_mkdir(handle, root, root, nil), .root)
    // The others below it are not for files; the root has its own by now.
    for inode in 1..<UInt32(EXT2_GOOD_OLD_FIRST_INO) where inode != root {
      unsafe ext2fs_inode_alloc_stats2(handle, inode, 1, 0)
    }
    _ = try makeDirectory("lost+found", in: .root)
  }

  deinit {
    if !isClosed { unsafe ext2fs_free(handle) }
  }

  /// Makes a directory of one block, and gives the parent one more where it has no room for the name. Returns its inode.
  package func makeDirectory(_ name: String, in parent: InodeNumber) throws(VolumeError) -> InodeNumber {
    var code = unsafe ext2fs_mkdir(handle, parent.rawValue, 0, name)
    if code == errcode_t(EXT2_ET_DIR_NO_SPACE) {
      try Self.check(unsafe ext2fs_expand_dir(handle, parent.rawValue), .room(forDirectory: Array(name.utf8)))
      code = unsafe ext2fs_mkdir(handle, parent.rawValue, 0, name)
    }
    try Self.check(code, .directory(Array(name.utf8)))
    var inode: ext2_ino_t = 0
    let found = unsafe ext2fs_lookup(handle, parent.rawValue, name, Int32(name.utf8.count), nil, &inode)
    try Self.check(found, .lookUp(directory: Array(name.utf8)))
    return InodeNumber(inode)
  }

  /// Makes an empty file that no entry names yet. Returns its inode.
  ///
  /// - Parameter links: how many names it will get.
  package func makeFile(links: UInt16) throws(VolumeError) -> InodeNumber {
    var number: ext2_ino_t = 0
    let mode = LINUX_S_IFREG | 0o644
    try Self.check(unsafe ext2fs_new_inode(handle, InodeNumber.root.rawValue, mode, nil, &number), .file)
    unsafe ext2fs_inode_alloc_stats2(handle, number, 1, 0)
    var inode = ext2_inode()
    inode.i_mode = UInt16(mode)
    inode.i_links_count = links
    try Self.check(unsafe ext2fs_write_new_inode(handle, number, &inode), .file)
    return InodeNumber(number)
  }

  /// Gives a file a name, in the first place of the directory that has room for it.
  package func link(_ name: String, to inode: InodeNumber, in directory: InodeNumber) throws(VolumeError) {
    let code = unsafe ext2fs_link(handle, directory.rawValue, name, inode.rawValue, EXT2_FT_REG_FILE)
    try Self.check(code, .link(Array(name.utf8)))
  }

  /// Writes what is not written yet, and ends.
  package func close() throws(VolumeError) {
    isClosed = true
    var handle: ext2_filsys? = unsafe handle
    try Self.check(unsafe ext2fs_close_free(&handle), .rest)
  }

  private static func check(_ code: errcode_t, _ part: VolumeError.FreshPart) throws(VolumeError) {
    if code != 0 { throw .failed(code, doing: .make(part)) }
  }
}
