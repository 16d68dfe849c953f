import CExt2fs
import FolioCore

extension MountCheck {
  /// What can't be of a file or directory, whatever it is for: to be said behind its name.
  ///
  /// Mirrors `__ext4_iget()`, which looks at the inode and not at the blocks it leads to, and `ext2_iget()`. What is wrong
  /// with extended attributes in the inode is not looked at.
  mutating func faults(of inode: Inode) -> [Fault] {
    var faults: [Fault] = []
    let room = facts.inodeSize - Int(EXT2_GOOD_OLD_INODE_SIZE)
    if room > 0, inode.extraSize > room || inode.extraSize % 4 != 0 {
      faults.add(.byExt4, "can't take \(inode.extraSize) bytes more than 128 of \(facts.inodeSize)")
    }
    guard let hasRightChecksum = try? inodes.hasRightChecksum(inode) else { return faults }
    if !hasRightChecksum { faults.add(.byExt4, "has a wrong checksum") }
    if inode.hasExtents, inode.hasInlineData {
      faults.add(.byExt4, "can't have its contents both in itself and in extents")
    }
    if inode.flags & UInt32(EXT4_EA_INODE_FL) != 0 { faults.add(.byExt4, "can't hold an extended attribute") }
    if inode.isCasefolded, !facts.featureBits.contains(EXT4_FEATURE_INCOMPAT_CASEFOLD, in: .incompatible) {
      faults.add(.byExt4, "can't be casefolded: the file system isn't")
    }
    if inode.isHashed, volume.superblock.hasChecksums, !volume.superblock.hasHashedDirectories {
      faults.add(.byExt4, "can't be hashed: the file system has no dir_index")
    }
    if inode.attributes.byteCount > greatestByteCount(of: inode) {
      faults.add(.byExt4, "can't be \(inode.attributes.byteCount) bytes long")
    }
    if let blocks = attributeBlocks(of: inode), !isInFileSystem(blocks) {
      faults.add(.byAll, "can't have extended attributes in block \(blocks.lowerBound)")
    }
    guard let contents = contents(of: inode) else {
      faults.add(.byExt4, "has no extents where they should be")
      return faults
    }
    if let blocks = contents.first(where: { !isInFileSystem($0) }) {
      faults.add(.byExt4, "can't have contents in block \(blocks.lowerBound)")
    }
    return faults
  }

  /// What there is to say where an inode leads to blocks that belong to the file system itself, behind its name.
  ///
  /// Mirrors the second half of `ext4_sb_block_valid()`.
  mutating func faultsOverTables(of inode: Inode, refusal: Fault.Refusal) -> [Fault] {
    let blocks = (contents(of: inode) ?? []) + [attributeBlocks(of: inode)].compactMap(\.self)
    guard let own = blocks.first(where: { !systemZone.isDisjoint(RangeSet($0)) }) else { return [] }
    return [
      Fault(words: "can't have block \(own.lowerBound), which is the file system's own", refusal: refusal)
    ]
  }

  /// Whether contents may be in `blocks`, as far as they are blocks of the file system.
  ///
  /// Mirrors the first half of `ext4_sb_block_valid()`.
  private func isInFileSystem(_ blocks: Range<UInt64>) -> Bool {
    blocks.lowerBound > facts.firstDataBlock && blocks.upperBound <= facts.blockCount
  }

  private func attributeBlocks(of inode: Inode) -> Range<UInt64>? {
    inode.attributeBlock == 0 ? nil : inode.attributeBlock..<inode.attributeBlock + 1
  }

  /// The blocks that the inode itself leads to, none where it has its contents in it; nil where it doesn't say so properly.
  private mutating func contents(of inode: Inode) -> [Range<UInt64>]? {
    let isInline = inode.hasInlineData && (try? inodes.inlineData(of: inode).hasAttribute) ?? true
    return isInline ? [] : inode.hasExtents ? extents(of: inode) : pointers(of: inode)
  }

  /// How long the map of a file lets it be.
  private func greatestByteCount(of inode: Inode) -> UInt64 {
    let pointers = UInt64(facts.blockSize / 4)
    let reachable = 12 + pointers + pointers * pointers + pointers * pointers * pointers
    let mostBlocks = UInt64(UInt32.max)
    return (inode.hasExtents ? mostBlocks : min(reachable, mostBlocks)) * UInt64(facts.blockSize)
  }

  /// Nil where the inode's own node is none that ext4 takes.
  ///
  /// Mirrors `ext4_ext_check_inode()`.
  private func extents(of inode: Inode) -> [Range<UInt64>]? {
    let area = inode.blockArea.span.raw
    guard let node = ExtentNode(area), (1...ExtentNode.room(in: area.byteCount)).contains(node.declaredRoom),
      node.entryCount <= node.declaredRoom, node.entryCount > 0 || node.depth == 0
    else { return nil }
    var found: [Range<UInt64>] = []
    var next: UInt64 = 0
    for index in 0..<node.entryCount {
      let (count, physical): (UInt64, UInt64)
      if node.depth == 0 {
        let extent = node.extent(index)
        (count, physical) = (extent.count, extent.physical)
      } else {
        (count, physical) = (1, node.child(index).block)
      }
      let logical = node.logical(index)
      guard count > 0, logical >= next, logical + count <= UInt64(UInt32.max) else { return nil }
      next = logical + count
      found.append(physical..<physical + count)
    }
    return found
  }

  /// Mirrors `ext4_ind_check_inode()`.
  private func pointers(of inode: Inode) -> [Range<UInt64>] {
    let area = inode.blockArea.span.raw
    return (0..<Int(EXT2_NDIR_BLOCKS)).map { UInt64(area.littleEndian(at: $0 * 4, as: UInt32.self)) }
      .filter { $0 != 0 }.map { $0..<$0 + 1 }
  }
}
