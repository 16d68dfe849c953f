import CExt2fs
import FolioCore
import SystemPackage

/// A file system in an image, open for reading: libext2fs' handle, and the file that blocks are read from.
///
/// Mirrors `ext2_filsys`. Like it, not for use by two threads at once: each opens its own.
@safe
final class Volume {
  /// What to take for the superblock, and what it must say.
  struct OpenOptions {
    /// The block size there must be, in bytes; where `superblock` is given, what it is.
    var blockSize: Int?
    /// The block that holds a backup superblock.
    var superblock: UInt32?
  }

  let image: any ByteSource
  /// Where it was opened: whoever needs one of its own opens it again.
  let location: ImageLocation
  /// How it was opened: whoever needs one of its own opens it again.
  let options: OpenOptions
  let superblock: Superblock
  /// Whether the superblock's checksum is wrong. It was read all the same.
  let hasWrongSuperblockChecksum: Bool

  /// The features that libext2fs doesn't know and that directories are read without.
  let featuresReadPast: [Feature]

  /// Whether empty directory blocks are all zeroes, once somebody has found out.
  var emptyBlocksAreZero: Bool?
  /// What all checksums begin with: `s_checksum_seed`, or that of the UUID.
  let checksumSeed: UInt32
  /// Where the inode table of each group begins, in bytes; nil where that is outside the file system.
  private var inodeTables: [UInt64?] = []

  /// For the extensions in this folder only.
  let handle: ext2_filsys

  /// Opens the file system at `location`. Never writes: neither descriptor could.
  ///
  /// Mirrors `ext2fs_open2()`.
  init(at location: ImageLocation, options: OpenOptions = OpenOptions()) throws(VolumeError) {
    image = try location.open()
    self.location = location
    self.options = options
    let superblockEnd = SuperblockFacts.position + UInt64(SuperblockFacts.byteCount)
    guard image.byteCount >= superblockEnd else {
      throw VolumeError(
        "opening the file system",
        reason: "there are \(image.byteCount) bytes, and the superblock would end at byte \(superblockEnd)",
        advice: "it is no file system, or was cut short")
    }
    let (handle, hasWrongChecksum, readPast) = unsafe try Self.open(image, options: options)
    unsafe self.handle = unsafe handle
    hasWrongSuperblockChecksum = hasWrongChecksum
    featuresReadPast = readPast
    do throws(VolumeError) {
      superblock = unsafe try Superblock(handle.pointee.super, blockSize: Int(handle.pointee.blocksize))
      if let wanted = options.blockSize, wanted != superblock.blockSize {
        throw VolumeError(
          "checking the block size",
          reason: "it is \(superblock.blockSize) bytes, not the \(wanted) asked for")
      }
    } catch {
      var handle: ext2_filsys? = unsafe handle
      _ = unsafe ext2fs_close_free(&handle)
      throw error
    }
    checksumSeed = unsafe handle.pointee.csum_seed
    // verify judges checksums; a listing must get through without.
    unsafe handle.pointee.flags |= EXT2_FLAG_IGNORE_CSUM_ERRORS
    inodeTables = (0..<groupCount).map { group in
      position(ofBlock: unsafe ext2fs_inode_table_loc(handle, group))
    }
  }

  deinit {
    var handle: ext2_filsys? = unsafe handle
    // Nothing was changed, so closing has nothing to write and nothing to fail at.
    _ = unsafe ext2fs_close_free(&handle)
  }

  /// What the superblock that it was opened by says of it, for people; nil where that can't be read any more.
  var superblockFacts: SuperblockFacts? {
    let block = UInt64(options.superblock ?? 0)
    return image.superblockFacts(
      at: block == 0 ? SuperblockFacts.position : block * UInt64(superblock.blockSize))
  }

  /// How long the image must be to hold all of the file system, in bytes; the most there is where that overflows.
  var declaredByteCount: UInt64 {
    let (byteCount, overflow) = superblock.blockCount.multipliedReportingOverflow(
      by: UInt64(superblock.blockSize))
    return overflow ? .max : byteCount
  }

  /// Where `block` begins, in bytes from the start of the file system; nil if there is no such block, or none that a file
  /// could be long enough for: what is added to a position doesn't overflow.
  func position(ofBlock block: UInt64) -> UInt64? {
    guard block >= superblock.firstDataBlock, block < superblock.blockCount else { return nil }
    let (position, overflow) = block.multipliedReportingOverflow(by: UInt64(superblock.blockSize))
    return overflow || position > UInt64(Int64.max) ? nil : position
  }

  /// Reads a whole block.
  func readBlock(_ block: UInt64) throws(VolumeError) -> [UInt8] {
    guard let position = position(ofBlock: block) else {
      throw VolumeError(
        "reading block \(block)", reason: "the file system has blocks up to \(superblock.blockCount - 1)")
    }
    return try readBytes(superblock.blockSize, at: position, operation: "reading block \(block)")
  }

  /// Reads `count` bytes from `position`, which counts from the start of the file system.
  ///
  /// - Parameters:
  ///   - count: no more than a block has: an image vouches for nothing larger.
  ///   - operation: what it is for, as an error says it.
  func readBytes(_ count: Int, at position: UInt64, operation: String) throws(VolumeError) -> [UInt8] {
    do throws(ReadError) {
      return try image.bytes(count, at: position)
    } catch {
      throw VolumeError(operation, error)
    }
  }

  /// Where the inode table of the block group begins, in bytes; the group must be one that the superblock counts.
  func positionOfInodeTable(group: UInt32) throws(VolumeError) -> UInt64 {
    guard group < inodeTables.count, let position = inodeTables[Int(group)] else {
      throw VolumeError(
        "finding the inode table of group \(group)", code: errcode_t(EXT2_ET_GDESC_BAD_INODE_TABLE),
        advice: options.superblock == nil ? "a backup may serve: ext2walk info looks for them" : nil)
    }
    return position
  }

  private static func open(
    _ image: any ByteSource, options: OpenOptions
  ) throws(VolumeError) -> (handle: ext2_filsys, hasWrongChecksum: Bool, readPast: [Feature]) {
    // A backup says where it is, not how large blocks are; without --block-size each is tried.
    let blockSizes: [Int] =
      if options.superblock == nil { [0] } else {
        options.blockSize.map { [$0] } ?? (10...16).map { 1 << $0 }
      }
    var failure: errcode_t = 0
    for blockSize in blockSizes {
      let block = UInt64(options.superblock ?? 0)
      let position = block == 0 ? SuperblockFacts.position : block * UInt64(blockSize)
      let facts = image.superblockFacts(at: position)
      if let facts, !facts.hasBlockSize, let fault = facts.faults.first {
        throw VolumeError(
          "opening the file system", reason: fault.words,
          advice: "a backup may serve: ext2walk info looks for them")
      }
      if let facts { try checkDemand(of: facts, image) }
      let unknown = facts.map { Feature.unknownToLibrary($0.featureBits) } ?? []
      // A journal for another file system has neither groups nor directories, whatever else it says.
      let readsPast =
        facts?.type != "jbd" && !unknown.isEmpty && unknown.allSatisfy { $0.reading.whySafe != nil }
      for ignored in [0, EXT2_FLAG_IGNORE_CSUM_ERRORS] {
        let (handle, code) = unsafe IOManager.open(
          image, superblock: options.superblock ?? 0, blockSize: blockSize,
          flags: EXT2_FLAG_64BITS | ignored | (readsPast ? EXT2_FLAG_FORCE : 0))
        if let handle = unsafe handle { return unsafe (handle, ignored != 0, unknown) }
        if code == EXT2_ET_UNSUPP_FEATURE, facts?.type != "jbd", !unknown.isEmpty {
          throw VolumeError("opening the file system", refusedFor: unknown)
        }
        if failure == 0 || code != EXT2_ET_BAD_MAGIC { failure = code }
        guard code == EXT2_ET_SB_CSUM_INVALID else { break }
      }
    }
    if failure == errcode_t(EXT2_ET_UNSUPP_FEATURE), image.superblockFacts()?.type == "jbd" {
      throw VolumeError(
        "opening the file system", reason: "this is the journal of another file system, and has no files")
    }
    let backup = options.superblock.map { " by the superblock in block \($0)" } ?? ""
    throw VolumeError(
      "opening the file system\(backup)", code: failure, advice: advice(for: failure, options))
  }

  private static func advice(for code: errcode_t, _ options: OpenOptions) -> String? {
    if options.superblock != nil {
      return
        "backups stand at the start of block groups; their numbers depend on the block size (--block-size)"
    }
    return switch code {
    case errcode_t(EXT2_ET_BAD_MAGIC):
      "not ext2, ext3 or ext4, or it begins further in (--offset), or its first superblock is damaged (--superblock): ext2walk info looks for backup superblocks, and in the first 4 MiB for file systems"
    case errcode_t(EXT2_ET_CORRUPT_SUPERBLOCK), errcode_t(EXT2_ET_GDESC_READ),
      errcode_t(EXT2_ET_SHORT_READ):
      "a backup may serve: --superblock"
    case errcode_t(EXT2_ET_UNSUPP_FEATURE):
      "it has a feature this build's libext2fs doesn't know: a newer one may"
    case errcode_t(EXT2_ET_BAD_DESC_SIZE):
      "ext2walk info names the impossible value, and a backup superblock that serves, where there is one"
    default: nil
    }
  }
}
