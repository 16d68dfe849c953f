import Basics
package import FolioCore

/// How many blocks the values of extended attributes take that stand in inodes of their own (`ea_inode`).
package struct AttributeValues {
  /// The user that a value's inode names, as Lustre has it: in place of its time, and by its generation.
  private struct User: Hashable {
    let inode: InodeNumber
    let generation: UInt32
  }

  private var all: UInt64 = 0
  private var byUser: [User: UInt64] = [:]

  package init(
    _ attributes: ExtendedAttributes, on volume: Volume, _ inodes: inout InodeTable
  ) throws(VolumeError) {
    for attribute in attributes.all where attribute.valueInode != 0 {
      let value = try inodes.inode(attribute.valueInode)
      let count = volume.superblock.blockSize.blocks(for: attribute.valueByteCount)
      let user = User(
        inode: InodeNumber(truncatingIfNeeded: value.attributes.modified.seconds),
        generation: value.generation)
      all += count
      byUser[user, default: 0] += count
    }
  }

  /// How many of them `i_blocks` of `inode` counts.
  ///
  /// Mirrors `ext4_xattr_inode_alloc_quota()`: each reference counts as much as its value takes, however many share it. Values
  /// whose inode names its only user aren't counted (`check_large_ea_inode()` of e2fsck).
  package func blockCount(for inode: Inode) -> UInt64 {
    all - byUser[User(inode: inode.number, generation: inode.generation), default: 0]
  }
}

/// What blocks of extended attributes say, each read once for all inodes that share it; of a hostile image some again.
package struct AttributeBlocks {
  package struct Contents {
    package let policy: EncryptionPolicy
    package let values: AttributeValues
  }

  private let volume: Volume
  private var known: [BlockNumber: Contents] = [:]
  private static var mostKnown: Int { 4096 }

  package init(_ volume: Volume) {
    self.volume = volume
  }

  package mutating func contents(of block: BlockNumber, _ inodes: inout InodeTable) throws(VolumeError)
    -> Contents
  {
    if let contents = known[block] { return contents }
    let bytes = try volume.readBlock(block)
    let attributes = ExtendedAttributes(block: bytes.raw)
    let contents = Contents(
      policy: EncryptionPolicy(in: attributes, bytes.raw),
      values: try AttributeValues(attributes, on: volume, &inodes))
    if known.count >= Self.mostKnown { known.removeAll() }
    known[block] = contents
    return contents
  }
}
