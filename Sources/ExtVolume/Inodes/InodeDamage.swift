import Basics
package import FolioCore

/// What keeps a kernel, or e2fsck, from taking an inode for what it says it is.
///
/// Mirrors what `__ext4_iget()` refuses, which looks at the inode and not at the blocks it leads to; and, for symbolic links
/// and special files, what `e2fsck_pass1_check_symlink()` and `e2fsck_pass1_check_device_inode()` refuse. Its sentences are in
/// `Words/InodeDamage+Words.swift`.
package enum InodeDamage: Hashable, Sendable {
  /// `i_extra_isize`, in bytes, of so many bytes after the first 128.
  case extraSize(Int, room: Int)
  /// Contents both in the inode and in extents.
  case inlineAndExtents
  /// The flag of inodes that hold the value of an attribute, which nothing else may name.
  case holdsAttribute
  /// Casefolded, and the file system has no such feature.
  case casefoldedWithoutFeature
  /// Hashed, and a file system of checksums has no `dir_index`.
  case hashedWithoutFeature
  /// In bytes: more than its map can hold.
  case size(UInt64)
  /// A block for extended attributes where none can be.
  case attributeBlock(BlockNumber)
  /// The node of extents in the inode isn't one.
  case extentNode
  /// A block for contents where none can be: of a block map, and of an extent.
  case block(BlockNumber)
  case extent(BlockNumber)
  /// A symbolic link whose target stands in the inode and isn't so long, in bytes. No kernel looks where it is encrypted.
  case linkLength(UInt64, isEncrypted: Bool)
  /// A symbolic link that is append-only or immutable.
  case linkFlags
  /// A symbolic link with a target in a block, of a length that none can have, in bytes.
  case slowLinkLength(UInt64)
  /// A symbolic link with blocks that none can have.
  case linkBlocks
  /// A symbolic link with a flag of other inodes: hashed directories, or contents in an attribute that isn't there.
  case linkContentFlags
  /// A special file with flags of files that have contents, or append-only or immutable: those flags.
  case specialFlags(UInt32)
  /// A special file with contents, in bytes.
  case specialSize(UInt64)
}

extension Volume {
  /// What is wrong with an inode, but for its checksum and its type.
  ///
  /// - Parameters:
  ///   - bytes: the inode as it stands in its table.
  ///   - zone: blocks that are the file system's own, where no contents can be.
  /// - Complexity: constant, but for a binary search of `zone`. No block is read.
  package func damage(of inode: Inode, _ bytes: RawSpan, outside zone: SystemZone) -> [InodeDamage] {
    var damage: [InodeDamage] = []
    let room = superblock.inodeSize - Inode.leastByteCount
    if room > 0, inode.extraSize > room || inode.extraSize % 4 != 0 {
      damage.append(.extraSize(inode.extraSize, room: room))
    }
    if inode.hasExtents, inode.hasInlineData { damage.append(.inlineAndExtents) }
    if inode.holdsAttribute { damage.append(.holdsAttribute) }
    if inode.isCasefolded, !superblock.takesCasefolding { damage.append(.casefoldedWithoutFeature) }
    if inode.isHashed, superblock.hasChecksums, !superblock.hasHashedDirectories {
      damage.append(.hashedWithoutFeature)
    }
    if inode.attributes.byteCount > greatestByteCount(of: inode) {
      damage.append(.size(inode.attributes.byteCount))
    }
    if inode.attributeBlock != 0,
      !mayHoldContents(inode.attributeBlock..<inode.attributeBlock + 1, outside: zone)
    {
      damage.append(.attributeBlock(inode.attributeBlock))
    }
    switch inode.attributes.fileType {
    case .regular, .directory: damage += damageOfContents(of: inode, bytes, outside: zone)
    case .symlink: damage += damageOfLink(inode, bytes, outside: zone)
    case .character, .block, .fifo, .socket: damage += damageOfSpecialFile(inode)
    case .unknown: break
    }
    return damage
  }

  /// Whether contents may be in `blocks`: they are blocks of the file system, and not its own.
  ///
  /// Mirrors `ext4_sb_block_valid()`.
  private func mayHoldContents(_ blocks: Range<BlockNumber>, outside zone: SystemZone) -> Bool {
    blocks.lowerBound > superblock.firstDataBlock && blocks.upperBound <= superblock.blocksEnd
      && !zone.overlaps(blocks)
  }

  /// Hands `body` the blocks that the inode itself leads to, none where it has its contents in it, until `body` wants no more.
  ///
  /// Mirrors `ext4_ext_check_inode()` and `ext4_ind_check_inode()`.
  ///
  /// - Returns: whether the inode says it properly.
  func forEachBlockRange(of inode: Inode, _ bytes: RawSpan, _ body: (Range<BlockNumber>) -> Bool) -> Bool {
    // Without the attribute a kernel takes the area for block numbers.
    if inode.hasInlineData, InlineData(inode: inode, bytes: bytes)?.hasAttribute ?? true { return true }
    let area = inode.blockArea.span.raw
    guard inode.hasExtents else {
      // What leads to others is looked at when a kernel gets there.
      for index in 0..<Inode.directBlockCount {
        let block = Inode.blockNumber(index, in: area)
        if block != 0, !body(block..<block + 1) { break }
      }
      return true
    }
    guard let node = ExtentNode(area), (1...ExtentNode.room(in: area.byteCount)).contains(node.declaredRoom),
      node.entryCount <= node.declaredRoom, node.entryCount > 0 || node.depth == 0
    else { return false }
    var next: LogicalBlock = 0
    for index in 0..<node.entryCount {
      let (count, physical): (UInt64, BlockNumber)
      if node.depth == 0 {
        let extent = node.extent(index)
        (count, physical) = (extent.count, extent.physical)
      } else {
        (count, physical) = (1, node.child(index).block)
      }
      let logical = node.logical(index)
      guard count > 0, logical >= next, logical + count <= LogicalBlock(UInt32.max) else { return false }
      next = logical + count
      if !body(physical..<physical + count) { return true }
    }
    return true
  }

  /// How long the map of a file lets it be, in bytes.
  private func greatestByteCount(of inode: Inode) -> UInt64 {
    let pointers = UInt64(superblock.blockSize.byteCount / 4)
    let reachable = 12 + pointers + pointers * pointers + pointers * pointers * pointers
    let mostBlocks = UInt64(UInt32.max)
    return (inode.hasExtents ? mostBlocks : min(reachable, mostBlocks))
      * UInt64(superblock.blockSize.byteCount)
  }

  private func damageOfContents(
    of inode: Inode, _ bytes: RawSpan, outside zone: SystemZone
  ) -> [InodeDamage] {
    var found: BlockNumber?
    let isProper = forEachBlockRange(of: inode, bytes) { blocks in
      if !mayHoldContents(blocks, outside: zone) { found = blocks.lowerBound }
      return found == nil
    }
    if !isProper { return [.extentNode] }
    return found.map { [inode.hasExtents ? .extent($0) : .block($0)] } ?? []
  }

  private func damageOfSpecialFile(_ inode: Inode) -> [InodeDamage] {
    var damage: [InodeDamage] = []
    let unfit =
      InodeFlag.immutable | InodeFlag.append | InodeFlag.hashed | InodeFlag.extents | InodeFlag.inlineData
    let flags = inode.flags & unfit
    if flags != 0 { damage.append(.specialFlags(flags)) }
    if inode.attributes.byteCount != 0 { damage.append(.specialSize(inode.attributes.byteCount)) }
    return damage
  }

  private func damageOfLink(
    _ inode: Inode, _ bytes: RawSpan, outside zone: SystemZone
  ) -> [InodeDamage] {
    var damage: [InodeDamage] = []
    if inode.flags & (InodeFlag.immutable | InodeFlag.append) != 0 { damage.append(.linkFlags) }
    if inode.isHashed { damage.append(.linkContentFlags) }
    let byteCount = inode.attributes.byteCount
    let count = Int(clamping: byteCount)
    if inode.unreadSizeHigh != 0 {
      damage.append(.slowLinkLength(UInt64(inode.unreadSizeHigh) << 32 | byteCount))
    } else if inode.hasInlineData {
      guard let data = InlineData(inode: inode, bytes: bytes), data.hasAttribute else {
        return damage + [.linkContentFlags]
      }
      let target = data.bytes(first: superblock.inodeSize)
      let isWhole = target.dropFirst(count).first ?? 0 == 0
      if !isWhole || !inode.isTarget(Array(target.prefix(count))) {
        damage.append(.slowLinkLength(byteCount))
      }
    } else if inode.hasTargetInside(superblock) {
      // A zero byte follows the target, which is shorter than the area.
      let area = [UInt8](copying: inode.blockArea.span.raw)
      let isWhole = count < area.count && (inode.isEncrypted || area[count] == 0)
      if !isWhole || !inode.isTarget(Array(area.prefix(count))) {
        damage.append(.linkLength(byteCount, isEncrypted: inode.isEncrypted))
      } else if inode.hasExtents {
        damage.append(.linkBlocks)
      }
    } else {
      damage += damageOfContents(of: inode, bytes, outside: zone)
      if byteCount == 0 || byteCount >= UInt64(superblock.blockSize.byteCount) {
        damage.append(.slowLinkLength(byteCount))
      } else if damage.isEmpty, !inode.hasOneBlock || byteCount < 60 {
        // e2fsck takes one so short for one whose target is in the inode.
        damage.append(.linkBlocks)
      }
    }
    return damage
  }
}

extension Inode {
  /// Whether the target of a symbolic link stands in the inode's block area: it has no blocks but that of its attributes.
  ///
  /// Mirrors `ext4_inode_is_fast_symlink()`, which goes by the length where values of attributes count as blocks too.
  package func hasTargetInside(_ superblock: Superblock) -> Bool {
    if hasInlineData { return false }
    if superblock.hasAttributeInodes { return (1..<60).contains(attributes.byteCount) }
    return attributes.blocks512 == (attributeBlock == 0 ? 0 : UInt64(superblock.allocationSize / 512))
  }

  /// Whether `bytes` are what a symbolic link of this length holds: a target without zeroes or, of an encrypted one, a
  /// length and as many bytes.
  func isTarget(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == attributes.byteCount, !bytes.isEmpty else { return false }
    return isEncrypted ? EncryptedTarget(bytes)?.cipherText.count == bytes.count - 2 : !bytes.contains(0)
  }

  /// Whether a block map or extents lead to one block, the first, and no more.
  fileprivate var hasOneBlock: Bool {
    let area = blockArea.span.raw
    if hasExtents {
      guard let node = ExtentNode(area), node.depth == 0, node.entryCount == 1 else { return false }
      let extent = node.extent(0)
      return extent.logical == 0 && extent.count == 1
    }
    for start in stride(from: 4, to: area.byteCount, by: 4)
    where area.littleEndian(at: start, as: UInt32.self) != 0 {
      return false
    }
    return area.littleEndian(at: 0, as: UInt32.self) != 0
  }
}
