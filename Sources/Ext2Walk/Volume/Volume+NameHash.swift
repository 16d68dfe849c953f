import CExt2fs
import FolioCore

extension Volume {
  /// The kind of hash of directories that have no root to say it: `s_def_hash_version`.
  var defaultHashVersion: UInt8 { unsafe handle.pointee.super.pointee.s_def_hash_version }

  /// A block of a hashed directory's index, and what is wrong with it.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - isRoot: whether it is the directory's first block.
  func hashNode(_ bytes: RawSpan, isRoot: Bool) -> (node: HashNode?, damage: [HashNode.Damage]) {
    HashNode.read(
      bytes, isRoot: isRoot, hasTail: superblock.hasChecksums,
      maxLevelCount: superblock.hasLargeDirectories ? 2 : 1, carriesData: superblock.carriesData)
  }

  /// The hashes under which a hashed directory keeps `name`; nil where libext2fs doesn't know the kind of hash.
  ///
  /// Mirrors `ext2fs_dirhash2()`, and calls it. The lowest bit of the first is always clear.
  ///
  /// - Parameter version: the kind of hash, as the directory's root says it: `EXT2_HASH_LEGACY` to `EXT2_HASH_TEA`.
  func hashes(of name: RawSpan, version: UInt8, in directory: Inode) -> NameHashes? {
    let isUnsigned = unsafe handle.pointee.super.pointee.s_flags & UInt32(EXT2_FLAGS_UNSIGNED_HASH) != 0
    let kind = Int32(version) + (isUnsigned && version <= EXT2_HASH_TEA ? 3 : 0)
    let folding = directory.isCasefolded ? Int32(EXT4_CASEFOLD_FL) : 0
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
}

extension Inode {
  /// Whether names in this directory are the same where they only differ in case: cipher texts are not.
  var foldsNames: Bool { isCasefolded && !isEncrypted }
}

extension Volume {
  /// A hash that is the same for names that only differ in case; nil where `directory` doesn't fold names.
  func foldedHash(of name: RawSpan, in directory: Inode) -> UInt64? {
    guard directory.foldsNames,
      let hashes = hashes(of: name, version: UInt8(EXT2_HASH_HALF_MD4), in: directory)
    else { return nil }
    return UInt64(hashes.hash) << 32 | UInt64(hashes.minorHash)
  }

  /// Whether two names are the same in a directory that folds them.
  ///
  /// Mirrors `ext2fs_casefold_cmp()`, and calls it.
  func isSame(_ first: RawSpan, _ second: RawSpan, in directory: Inode) -> Bool {
    guard directory.foldsNames, unsafe handle.pointee.encoding != nil else { return false }
    return unsafe first.withUnsafeBytes { first in
      unsafe second.withUnsafeBytes { second in
        unsafe ext2fs_casefold_cmp(
          handle.pointee.encoding, first.baseAddress?.assumingMemoryBound(to: UInt8.self), first.count,
          second.baseAddress?.assumingMemoryBound(to: UInt8.self), second.count) == 0
      }
    }
  }

  /// Whether a name is one that the file system's encoding allows, where it has one and is strict about it.
  ///
  /// Mirrors `ext2fs_check_encoded_name()`, and calls it.
  func isValid(name: RawSpan, in directory: Inode) -> Bool {
    guard directory.foldsNames, superblock.isStrictlyEncoded, unsafe handle.pointee.encoding != nil
    else { return true }
    return unsafe name.withUnsafeBytes { name in
      var place: UnsafeMutablePointer<CChar>?
      // It takes a pointer to what it may change, and changes nothing.
      let bytes = unsafe UnsafeMutablePointer(mutating: name.baseAddress?.assumingMemoryBound(to: CChar.self))
      return unsafe ext2fs_check_encoded_name(handle.pointee.encoding, bytes, name.count, &place) == 0
    }
  }
}
