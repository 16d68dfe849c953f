import CExt2fs
import FolioCore

extension Volume {
  /// The hash under which a hashed directory keeps `name`; nil where libext2fs doesn't know the kind of hash.
  ///
  /// Mirrors `ext2fs_dirhash2()`, and calls it. The lowest bit is always clear.
  ///
  /// - Parameter version: the kind of hash, as the directory's root says it: `EXT2_HASH_LEGACY` to `EXT2_HASH_TEA`.
  func hash(of name: RawSpan, version: UInt8, in directory: Inode) -> UInt32? {
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
    return code == 0 ? hash : nil
  }
}
