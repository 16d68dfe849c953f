import CExt2fs

/// libext2fs as a whole: its errors, what it was built to know, its checksums.
enum Ext2Library {
  private static let tableIsLoaded: Void = initialize_ext2_error_table()

  /// What libext2fs and com_err say of an `errcode_t`, such as "Bad magic number in super-block".
  static func words(for code: errcode_t) -> String {
    _ = tableIsLoaded
    guard let text = unsafe error_message(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }

  /// The numbers of errors that something is decided by, or that are said where libext2fs isn't called.
  enum Code {
    static var badDescriptorSize: Int { Int(EXT2_ET_BAD_DESC_SIZE) }
    static var badInodeBitmap: Int { Int(EXT2_ET_GDESC_BAD_INODE_MAP) }
    static var badInodeTable: Int { Int(EXT2_ET_GDESC_BAD_INODE_TABLE) }
    static var badMagic: Int { Int(EXT2_ET_BAD_MAGIC) }
    static var corruptSuperblock: Int { Int(EXT2_ET_CORRUPT_SUPERBLOCK) }
    static var noAttributes: Int { Int(EXT2_ET_MISSING_EA_FEATURE) }
    static var noMemory: Int { Int(EXT2_ET_NO_MEMORY) }
    static var shortRead: Int { Int(EXT2_ET_SHORT_READ) }
    static var unreadDescriptors: Int { Int(EXT2_ET_GDESC_READ) }
    static var unsupportedFeature: Int { Int(EXT2_ET_UNSUPP_FEATURE) }
    static var unsupportedReadOnlyFeature: Int { Int(EXT2_ET_RO_UNSUPP_FEATURE) }
    static var wrongSuperblockChecksum: Int { Int(EXT2_ET_SB_CSUM_INVALID) }
  }

  /// The incompatible features that libext2fs, as this was built with it, opens file systems with.
  static var knownIncompatible: UInt32 { cext2fs_known_incompatible() }

  /// Goes on with a crc32c, neither inverted before nor after.
  static func crc32c(_ sum: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress else { return sum }
    return unsafe ext2fs_crc32c_le(sum, start.assumingMemoryBound(to: UInt8.self), bytes.count)
  }
}
