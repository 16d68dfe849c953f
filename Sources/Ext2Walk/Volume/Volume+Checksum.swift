import CExt2fs
import FolioCore

extension Volume {
  /// Whether the checksum at the end of a directory block, htree nodes included, is the right one.
  ///
  /// Mirrors `ext2fs_dir_block_csum_verify()`, and calls it. True where the file system has no checksums.
  ///
  /// - Parameter bytes: the whole block.
  func hasRightChecksum(_ bytes: RawSpan, directory: UInt32) -> Bool {
    precondition(bytes.byteCount == superblock.blockSize, "a checksum is that of a whole block")
    return unsafe bytes.withUnsafeBytes { block in
      // libext2fs takes a pointer to change through, and changes nothing.
      let records = unsafe UnsafeMutableRawPointer(mutating: block.baseAddress.unsafelyUnwrapped)
      return unsafe ext2fs_dir_block_csum_verify(
        handle, directory, records.assumingMemoryBound(to: ext2_dir_entry.self)) != 0
    }
  }

  /// Whether the checksum of an inode is the right one.
  ///
  /// Mirrors `ext2fs_inode_csum_verify()`, and calls it. True where the file system has no checksums.
  ///
  /// - Parameter bytes: the inode as it stands in its table, `inodeSize` bytes.
  func hasRightChecksum(inode number: UInt32, _ bytes: RawSpan) -> Bool {
    precondition(bytes.byteCount == superblock.inodeSize, "a checksum is that of a whole inode")
    return unsafe bytes.withUnsafeBytes { bytes in
      let inode = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress.unsafelyUnwrapped)
      return unsafe ext2fs_inode_csum_verify(
        handle, number, inode.assumingMemoryBound(to: ext2_inode_large.self)) != 0
    }
  }
}
