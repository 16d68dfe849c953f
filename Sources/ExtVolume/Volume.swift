import Basics
package import FolioCore
import SystemPackage

/// A file system in an image, open for reading: the source of its bytes, and what was found when it was opened.
///
/// Mirrors `ext2_filsys`. It never changes, so threads share it.
package final class Volume: Sendable {
  /// What to take for the superblock, and what it must say.
  package struct OpenOptions: Sendable {
    /// The block size there must be; where `superblock` is given, what it is.
    package var blockSize: BlockSize?
    /// The block that holds a backup superblock.
    package var superblock: BlockNumber?

    package init(blockSize: BlockSize? = nil, superblock: BlockNumber? = nil) {
      self.blockSize = blockSize
      self.superblock = superblock
    }
  }

  package let image: any ByteSource
  package let options: OpenOptions
  package let superblock: Superblock
  /// Whether the superblock's checksum is wrong. It was read all the same.
  package let hasWrongSuperblockChecksum: Bool

  /// The features that libext2fs doesn't know and that directories are read without.
  package let featuresReadPast: [Feature]

  /// Where the inode table of each group begins, in bytes; nil where that is outside the file system.
  private let inodeTables: [BytePosition?]
  /// What libext2fs knows of it.
  let library: LibraryHandle

  /// What all checksums begin with: `s_checksum_seed`, or that of the UUID.
  var checksumSeed: UInt32 { library.checksumSeed }

  /// Opens the file system at `location`.
  package convenience init(at location: ImageLocation, options: OpenOptions = OpenOptions())
    throws(VolumeError)
  {
    try self.init(try location.open(), options: options)
  }

  /// Opens the file system that begins where `image` does. Never writes: no source can.
  ///
  /// Mirrors `ext2fs_open2()`.
  package init(_ image: any ByteSource, options: OpenOptions = OpenOptions()) throws(VolumeError) {
    guard image.end >= Superblock.end else { throw .unfit(.tooShort(byteCount: image.byteCount)) }
    let (library, hasWrongChecksum, readPast) = try Self.open(image, options: options)
    let superblock = try library.superblock()
    try Self.checkInodes(of: superblock, groupCount: library.groupCount)
    if let wanted = options.blockSize, wanted != superblock.blockSize {
      throw .unfit(.blockSize(found: superblock.blockSize, wanted: wanted))
    }
    self.image = image
    self.options = options
    self.superblock = superblock
    self.library = library
    hasWrongSuperblockChecksum = hasWrongChecksum
    featuresReadPast = readPast
    inodeTables = (0..<library.groupCount).map { group in
      superblock.position(ofBlock: library.inodeTable(group: group))
    }
  }

  /// Refuses what libext2fs opens and inodes can't be counted or read in.
  private static func checkInodes(of superblock: Superblock, groupCount: UInt32) throws(VolumeError) {
    let size = superblock.inodeSize
    guard size.nonzeroBitCount == 1, (Superblock.oldInodeSize...superblock.blockSize.byteCount).contains(size)
    else {
      throw .corrupt(.inodeSize(size))
    }
    let (_, overflow) = superblock.inodesPerGroup.multipliedReportingOverflow(by: groupCount)
    guard superblock.inodesPerGroup > 0, !overflow else {
      throw .corrupt(.inodesPerGroup(superblock.inodesPerGroup))
    }
    // What counts inodes goes one beyond the last. Real groups have a multiple of eight.
    guard superblock.inodeCount > 0, superblock.inodeCount < .max else {
      throw .corrupt(.inodeCount(superblock.inodeCount))
    }
  }

  /// Where `block` begins, in bytes from the start of the file system; nil if there is no such block, or none that a file
  /// could be long enough for: what is added to a position doesn't overflow.
  package func position(ofBlock block: BlockNumber) -> BytePosition? {
    superblock.position(ofBlock: block)
  }

  /// Reads a whole block.
  package func readBlock(_ block: BlockNumber) throws(VolumeError) -> [UInt8] {
    guard let position = position(ofBlock: block) else {
      throw .noBlock(block, count: superblock.blockCount)
    }
    return try readBytes(superblock.blockSize.byteCount, at: position, of: .block(block))
  }

  /// Reads `count` bytes from `position`, which counts from the start of the file system.
  ///
  /// - Parameters:
  ///   - count: no more than a block has: an image vouches for nothing larger.
  ///   - subject: what they are, for an error.
  package func readBytes(
    _ count: Int, at position: BytePosition, of subject: VolumeError.Subject
  ) throws(VolumeError) -> [UInt8] {
    do throws(ReadError) {
      return try image.bytes(count, at: position)
    } catch {
      throw .read(error, of: subject)
    }
  }

  /// Where the inode table of the block group begins, in bytes; the group must be one that the superblock counts.
  func positionOfInodeTable(group: UInt32) throws(VolumeError) -> BytePosition {
    guard group < inodeTables.count, let position = inodeTables[Int(group)] else {
      let block = group < inodeTables.count ? library.inodeTable(group: group) : 0
      throw .corrupt(.inodeTable(group: group, block: block, hasBackups: options.superblock == nil))
    }
    return position
  }

  private static func open(
    _ image: any ByteSource, options: OpenOptions
  ) throws(VolumeError) -> (library: LibraryHandle, hasWrongChecksum: Bool, readPast: [Feature]) {
    // A backup says where it is, not how large blocks are; without a block size each is tried.
    let blockSizes: [BlockSize?] =
      if options.superblock == nil { [nil] } else {
        options.blockSize.map { [$0] } ?? BlockSize.all
      }
    var failure: Int = 0
    for blockSize in blockSizes {
      let block = options.superblock ?? 0
      // libext2fs takes its number in 32 bits.
      guard block.rawValue <= UInt32.max else { throw .noBlock(block, count: 1 << 32) }
      let position = block == 0 ? nil : blockSize?.position(of: block)
      let facts = image.superblock(at: position ?? Superblock.position)
      if let facts, !facts.hasBlockSize, let value = facts.impossibleValues.first {
        throw .corrupt(.superblock(value))
      }
      if let facts { try checkResources(of: facts, image) }
      let unknown = facts.map { Feature.unknownToLibrary($0.featureBits) } ?? []
      // A journal for another file system has neither groups nor directories, whatever else it says.
      let readsPast =
        facts?.type != "jbd" && !unknown.isEmpty && unknown.allSatisfy { $0.readPast != nil }
      for ignoresChecksums in [false, true] {
        let (library, code) = LibraryHandle.open(
          image, superblock: options.superblock ?? 0, blockSize: blockSize,
          ignoresChecksums: ignoresChecksums, ignoresFeatures: readsPast)
        if let library { return (library, ignoresChecksums, unknown) }
        if code == Ext2Library.Code.unsupportedFeature, facts?.type != "jbd", !unknown.isEmpty {
          throw .unsupported(unknown)
        }
        if failure == 0 || code != Ext2Library.Code.badMagic { failure = code }
        guard code == Ext2Library.Code.wrongSuperblockChecksum else { break }
      }
    }
    if failure == Ext2Library.Code.unsupportedFeature, image.superblock()?.type == "jbd" {
      throw .unfit(.journalDevice)
    }
    throw .failed(failure, doing: .openFileSystem(superblock: options.superblock))
  }
}
