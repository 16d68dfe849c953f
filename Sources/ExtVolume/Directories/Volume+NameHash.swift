package import FolioCore

extension Volume {
  /// The kind of hash of directories that have no root to say it: `s_def_hash_version`.
  var defaultHashVersion: UInt8 { superblock.defaultHashVersion }

  /// A block of a hashed directory's index, and what is wrong with it.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - isRoot: whether it is the directory's first block.
  package func hashNode(_ bytes: RawSpan, isRoot: Bool) -> (node: HashNode?, damage: [HashNode.Damage]) {
    HashNode.read(
      bytes, isRoot: isRoot, hasTail: superblock.hasChecksums,
      maxLevelCount: superblock.hasLargeDirectories ? 2 : 1, carriesData: superblock.carriesData)
  }

  /// The hashes under which a hashed directory keeps `name`; nil where libext2fs doesn't know the kind of hash.
  ///
  /// Mirrors `ext2fs_dirhash2()`. The lowest bit of the first is always clear.
  ///
  /// - Parameter version: the kind of hash, as the directory's root says it: `EXT2_HASH_LEGACY` to `EXT2_HASH_TEA`.
  package func hashes(of name: RawSpan, version: UInt8, in directory: Inode) -> NameHashes? {
    library.hashes(of: name, version: version, isCasefolded: directory.isCasefolded)
  }
}

extension Inode {
  /// Whether names in this directory are the same where they only differ in case: cipher texts are not.
  var foldsNames: Bool { isCasefolded && !isEncrypted }
}

extension Volume {
  /// A hash that is the same for names that only differ in case; nil where `directory` doesn't fold names.
  package func foldedHash(of name: RawSpan, in directory: Inode) -> UInt64? {
    let halfMD4: UInt8 = 1
    guard directory.foldsNames,
      let hashes = hashes(of: name, version: halfMD4, in: directory)
    else { return nil }
    return UInt64(hashes.hash) << 32 | UInt64(hashes.minorHash)
  }

  /// Whether two names are the same in a directory that folds them.
  ///
  /// Mirrors `ext2fs_casefold_cmp()`.
  package func isSame(_ first: RawSpan, _ second: RawSpan, in directory: Inode) -> Bool {
    guard directory.foldsNames, library.hasEncoding else { return false }
    return library.isSameFolded(first, second)
  }

  /// Whether a name is one that the file system's encoding allows, where it has one and is strict about it.
  package func isValid(name: RawSpan, in directory: Inode) -> Bool {
    guard directory.foldsNames, superblock.isStrictlyEncoded, library.hasEncoding else { return true }
    return library.isEncoded(name)
  }
}
