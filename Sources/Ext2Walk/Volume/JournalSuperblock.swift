import FolioCore

/// The head of a journal: see `journal_superblock_t`, whose numbers are big-endian.
struct JournalSuperblock {
  private let bytes: [UInt8]

  static let byteCount = 1024
  private static let magic: UInt32 = 0xC03B_3998
  /// A journal has no fewer blocks, beside those of fast commits.
  private static let leastBlockCount: UInt64 = 1024
  private static let checksumPosition = 0xFC

  private enum Feature {
    static let checksum1: UInt32 = 0x1
    static let checksum2: UInt32 = 0x8
    static let checksum3: UInt32 = 0x10
    static let fastCommit: UInt32 = 0x20
    static let known: UInt32 = 0x3F
  }

  /// - Parameter bytes: the first ``byteCount`` bytes of a journal.
  init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "the head of a journal has \(Self.byteCount) bytes")
    self.bytes = bytes
  }

  /// Whether it is one, be there what may in it.
  var isThere: Bool { number(at: 0) == Self.magic && (3...4).contains(number(at: 4)) }

  /// Why ext4 doesn't take it, to be said behind a name; nil where it does.
  ///
  /// Mirrors `journal_check_superblock()`, `journal_reset()` and `jbd2_journal_initialize_fast_commit()`.
  ///
  /// - Parameters:
  ///   - byteCount: how long the journal's file is.
  ///   - facts: the file system's.
  func fault(ofByteCount byteCount: UInt64, _ facts: SuperblockFacts) -> String? {
    guard isThere else { return "holds no journal" }
    if number(at: 12) != facts.blockSize { return "says that it has blocks of \(number(at: 12)) bytes" }
    let blockCount = UInt64(number(at: 16))
    if blockCount > byteCount / UInt64(facts.blockSize) { return "is shorter than its journal" }
    let first = UInt64(number(at: 20))
    if first == 0 || first >= blockCount { return "can't begin with block \(first) of \(blockCount)" }
    // The older kind has no features.
    let features = number(at: 4) == 4 ? number(at: 40) : 0
    if number(at: 4) == 4, number(at: 44) != 0 || features & ~Feature.known != 0 {
      return "has features that no kernel knows"
    }
    let takesFastCommits = features & Feature.fastCommit != 0 || facts.hasFastCommits
    let fastCommitBlocks = number(at: 84) == 0 ? 256 : UInt64(number(at: 84))
    let least = first - 1 + Self.leastBlockCount + (takesFastCommits ? fastCommitBlocks : 0)
    if blockCount < least { return "is too short a journal: \(blockCount) blocks, and \(least) are needed" }
    let newer = features & (Feature.checksum2 | Feature.checksum3)
    if newer.nonzeroBitCount + (features & Feature.checksum1 == 0 ? 0 : 1) > 1 {
      return "can't have two kinds of checksums"
    }
    return newer != 0 && !hasRightChecksum ? "has a journal whose checksum is wrong" : nil
  }

  private var hasRightChecksum: Bool {
    // Of all but itself; 4 is crc32c.
    guard bytes[80] == 4 else { return false }
    var sum = Crc32c(seed: ~0)
    sum.add(bytes.raw.extracting(first: Self.checksumPosition))
    sum.addZeroes(4)
    sum.add(bytes.raw.extracting(droppingFirst: Self.checksumPosition + 4))
    return number(at: Self.checksumPosition) == sum.value
  }

  private func number(at position: Int) -> UInt32 {
    bytes.raw.littleEndian(at: position, as: UInt32.self).byteSwapped
  }
}

extension ImageFile {
  /// Whether a device that says that it is a journal holds one; so too where the system refuses to read it.
  ///
  /// Mirrors `ext4_get_journal_blkdev()`.
  func hasJournal(behind facts: SuperblockFacts) -> Bool {
    var failure: FailedRead?
    let blockSize = UInt64(facts.blockSize)
    let block = SuperblockFacts.position / blockSize + 1
    let bytes = probe(JournalSuperblock.byteCount, at: block * blockSize, &failure)
    return bytes.map { JournalSuperblock($0).isThere } ?? (failure != nil)
  }
}
