import Basics
package import FolioCore

extension Volume {
  /// Whether the checksum at the end of a directory block, htree nodes included, is the right one.
  ///
  /// Mirrors `ext4_dirblock_csum_verify()` and `ext4_dx_csum_verify()`. True where the file system has no checksums.
  ///
  /// - Parameter bytes: the whole block.
  package func hasRightChecksum(_ bytes: RawSpan, of directory: Inode) -> Bool {
    precondition(bytes.byteCount == superblock.blockSize.byteCount, "a checksum is that of a whole block")
    guard superblock.hasChecksums else { return true }
    var sum = checksum(of: directory.number, generation: directory.generation)
    if let (entries, tail) = HashNode.checksumLayout(of: bytes, carriesData: superblock.carriesData) {
      sum.add(bytes.extracting(first: entries.upperBound))
      // Four bytes that may say anything, such as what the tail of a leaf does, and four where the checksum is itself.
      sum.add(bytes.littleEndian(at: tail, as: UInt32.self))
      sum.add(0)
      return bytes.littleEndian(at: tail + 4) == sum.value
    }
    let tail = bytes.byteCount - Record.leastByteCount
    sum.add(bytes.extracting(first: tail))
    return bytes.littleEndian(at: tail, as: UInt64.self) == Self.tailHeader
      && bytes.littleEndian(at: tail + 8) == sum.value
  }

  /// Inode 0, rec_len 12, name_len 0, file_type 0xDE: what a block's checksum looks like to whoever reads records.
  private static var tailHeader: UInt64 { 0xDE00_000C_0000_0000 }

  /// Whether the checksum of an inode is the right one.
  ///
  /// Mirrors `ext4_inode_csum_verify()`. True where inodes have no checksums.
  ///
  /// - Parameter bytes: the inode as it stands in its table, `inodeSize` bytes.
  package func hasRightChecksum(inode number: InodeNumber, _ bytes: RawSpan) -> Bool {
    precondition(bytes.byteCount == superblock.inodeSize, "a checksum is that of a whole inode")
    guard superblock.hasInodeChecksums else { return true }
    let goodOldSize = Inode.leastByteCount
    // The checksum's halves count as zeroes: i_checksum_lo and, where the inode reaches that far, i_checksum_hi.
    let (low, high) = (0x7C, 0x82)
    let hasHigh =
      bytes.byteCount > goodOldSize && bytes.littleEndian(at: goodOldSize, as: UInt16.self) >= 4
    var sum = checksum(of: number, generation: bytes.littleEndian(at: 0x64))
    sum.add(bytes.extracting(first: low))
    sum.addZeroes(2)
    if hasHigh {
      sum.add(bytes.extracting(low + 2..<high))
      sum.addZeroes(2)
      sum.add(bytes.extracting(droppingFirst: high + 2))
    } else {
      sum.add(bytes.extracting(droppingFirst: low + 2))
    }
    let found = UInt32(bytes.littleEndian(at: low, as: UInt16.self))
    guard hasHigh else { return found == sum.value & 0xFFFF }
    return found | UInt32(bytes.littleEndian(at: high, as: UInt16.self)) << 16 == sum.value
  }

  /// Whether the checksum of a block of the file of orphans is the right one; true where the file system has no checksums.
  ///
  /// Mirrors `ext4_orphan_file_block_csum_verify()`.
  ///
  /// - Parameter bytes: the whole block, which ends in a magic number and the checksum.
  package func hasRightChecksum(orphans bytes: RawSpan, block: BlockNumber, of inode: Inode) -> Bool {
    guard superblock.hasChecksums else { return true }
    let tail = bytes.byteCount - 8
    var sum = checksum(of: inode.number, generation: inode.generation)
    sum.add(UInt32(truncatingIfNeeded: block.rawValue))
    sum.add(UInt32(block.rawValue >> 32))
    sum.add(bytes.extracting(first: tail))
    return bytes.littleEndian(at: tail + 4) == sum.value
  }

  /// Whether the checksum of the block of multi-mount protection is the right one; true where the file system has none.
  ///
  /// Mirrors `ext4_mmp_csum_verify()`.
  ///
  /// - Parameter bytes: `struct mmp_struct`, 1024 bytes.
  package func hasRightChecksum(multiMount bytes: RawSpan) -> Bool {
    guard superblock.hasChecksums else { return true }
    var sum = Crc32c(seed: checksumSeed)
    sum.add(bytes.extracting(first: 1020))
    return bytes.littleEndian(at: 1020) == sum.value
  }

  /// The checksum of what belongs to an inode, before anything of that is added.
  private func checksum(of inode: InodeNumber, generation: UInt32) -> Crc32c {
    var sum = Crc32c(seed: checksumSeed)
    sum.add(inode.rawValue)
    sum.add(generation)
    return sum
  }
}
