extension InodeDamage {
  /// What a kernel says of it, where one has words for it.
  package var kernelWording: String? {
    switch self {
    case .extraSize(let count, let room): "iget: bad extra_isize \(count) (inode size \(room + 128))"
    case .inlineAndExtents: "inode has both inline data and extents flags"
    case .holdsAttribute: "unexpected EA_INODE flag"
    case .casefoldedWithoutFeature: "casefold flag without casefold feature"
    case .hashedWithoutFeature: "iget: Dir with htree data on filesystem without dir_index feature"
    case .size(let count): "iget: bad i_size value: \(Int64(bitPattern: count))"
    case .attributeBlock(let block): "iget: bad extended attribute block \(block)"
    case .extentNode: "bad header/extent"
    case .block: "invalid block"
    case .extent: "bad header/extent: invalid extent entries"
    case .linkLength(let count, let isEncrypted): isEncrypted ? nil : "invalid fast symlink length \(count)"
    case .linkFlags: "iget: immutable or append flags not allowed on symlinks"
    case .slowLinkLength, .linkBlocks, .linkContentFlags, .specialFlags, .specialSize: nil
    }
  }

  /// In our words, after that of an entry; empty where a kernel's say all.
  package var words: String {
    switch self {
    case .block(let block), .extent(let block): "block \(block)"
    case .linkLength(let count, true):
      "an encrypted symbolic link isn't \(count) bytes long, as its inode says"
    case .slowLinkLength(let count): "no symbolic link can be \(count) bytes long"
    case .linkBlocks: "a symbolic link has other blocks than the one that its target takes"
    case .linkContentFlags: "a symbolic link has a flag of hashed directories or of inline data"
    case .specialFlags(let flags): "a special file with flags 0x\(String(flags, radix: 16))"
    case .specialSize(let count): "a special file with contents of \(count) bytes"
    default: ""
    }
  }

  /// What is wrong with one of the inodes that mounting takes, after its name.
  package func predicate(inodeSize: Int) -> String {
    switch self {
    case .extraSize(let count, _): "can't take \(count) bytes more than 128 of \(inodeSize)"
    case .inlineAndExtents: "can't have its contents both in itself and in extents"
    case .holdsAttribute: "can't hold an extended attribute"
    case .casefoldedWithoutFeature: "can't be casefolded: the file system isn't"
    case .hashedWithoutFeature: "can't be hashed: the file system has no dir_index"
    case .size(let count): "can't be \(count) bytes long"
    case .attributeBlock(let block): "can't have extended attributes in block \(block)"
    case .extentNode: "has no extents where they should be"
    case .block(let block), .extent(let block): "can't have contents in block \(block)"
    // Links and special files are none of those that mounting takes.
    case .linkLength, .linkFlags, .slowLinkLength, .linkBlocks, .linkContentFlags, .specialFlags,
      .specialSize:
      words
    }
  }
}
