/// How the 16 bits of `rec_len` say a length in a block of a given size.
///
/// Mirrors libext2fs' `ext2fs_get_rec_len()`: in blocks of 64 KiB, the raw values 0 and 0xFFFF are the
/// whole block, and the two low bits, which alignment leaves free, are bits 16 and 17 of the length.
/// In smaller blocks the number is itself. ext4 reads the same; ext2 takes a raw 0 for damage.
public enum RecordLength {
  /// The length in bytes that `raw` stands for: 0 to 262,140. Any 16 bits have one; not all are legal.
  @inlinable
  @inline(__always)
  public static func decode(_ raw: UInt16, blockSize: Int) -> Int {
    let value = Int(raw)
    guard blockSize >= 65536 else { return value }
    if value == 0 || value == 0xFFFF { return blockSize }
    return (value & 0xFFFC) | ((value & 3) << 16)
  }

  /// The least length that holds a name of `nameLength` bytes: `EXT2_DIR_REC_LEN`, `ext4_dir_rec_len()`.
  ///
  /// - Parameters:
  ///   - nameLength: 0 to 255, in bytes.
  ///   - hashByteCount: 8 in directories that are both encrypted and casefolded, else 0.
  @inlinable
  @inline(__always)
  public static func least(nameLength: Int, hashByteCount: Int = 0) -> Int {
    // 255 + 8 + 8 at the most.
    (nameLength &+ hashByteCount &+ Record.headerByteCount &+ 3) & ~3
  }
}
