import Basics
import FolioCore

/// The head of a journal: see `journal_superblock_t`, whose numbers are big-endian.
struct JournalSuperblock {
  private let bytes: [UInt8]

  static let byteCount = 1024
  private static let magic: UInt32 = 0xC03B_3998
  /// A journal has no fewer blocks, beside those of fast commits.
  private static let leastBlockCount: UInt64 = 1024
  private static let checksumPosition = 0xFC

  private enum FeatureBit {
    /// A compatible one; the others are not.
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
  var isThere: Bool { number(at: 0) == Self.magic && (3...4).contains(kind) }

  /// What keeps ext4 from taking it, to be said behind a name; nil where nothing does.
  ///
  /// Mirrors `journal_check_superblock()`, `journal_reset()` and `jbd2_journal_initialize_fast_commit()`.
  ///
  /// - Parameters:
  ///   - byteCount: how long the journal's file is.
  ///   - facts: the file system's.
  func fault(ofByteCount byteCount: UInt64, _ facts: SuperblockFacts) -> Fault? {
    func refused(_ words: String) -> Fault { Fault(words: words, refusal: .byExt4WithJournal) }
    guard isThere else { return refused("holds no journal") }
    if number(at: 12) != facts.blockSize {
      return refused("says that it has blocks of \(number(at: 12)) bytes")
    }
    let blockCount = UInt64(number(at: 16))
    if blockCount > byteCount / UInt64(facts.blockSize) { return refused("is shorter than its journal") }
    let first = UInt64(number(at: 20))
    if first == 0 || first >= blockCount {
      return refused("can't begin with block \(first) of \(blockCount)")
    }
    if blockCount - first + 1 < Self.leastBlockCount {
      return refused("is too short a journal: \(blockCount) blocks from \(first) on")
    }
    if let words = faultOfFeatures(blockCount, facts) { return refused(words) }
    let start = UInt64(number(at: 28))
    guard start != 0, !(first..<blockCount).contains(start) else { return nil }
    // Where nothing waits nobody looks there, but for writing.
    return Fault(
      words: "says that what waits in it begins at block \(start) of \(blockCount)",
      refusal: facts.needsRecovery ? .byExt4WithJournal : .byExt4ToWrite)
  }

  private func faultOfFeatures(_ blockCount: UInt64, _ facts: SuperblockFacts) -> String? {
    guard kind == 4 else {
      let isTooOld = facts.hasFastCommits || facts.hasWideNumbers
      return isTooOld ? "is of the older kind, which goes neither with 64bit nor with fast_commit" : nil
    }
    let features = number(at: 40)
    if number(at: 44) != 0 || features & ~FeatureBit.known != 0 { return "has features that no kernel knows" }
    if features & FeatureBit.fastCommit != 0 || facts.hasFastCommits {
      let least = Self.leastBlockCount + (number(at: 84) == 0 ? 256 : UInt64(number(at: 84)))
      if blockCount < least {
        return "is too short a journal: \(blockCount) blocks, and fast commits take \(least)"
      }
    }
    let newer = features & (FeatureBit.checksum2 | FeatureBit.checksum3)
    let older = number(at: 36) & FeatureBit.checksum1
    if newer.nonzeroBitCount + older.nonzeroBitCount > 1 { return "can't have two kinds of checksums" }
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

  /// 3, or 4 for the one that has features.
  private var kind: UInt32 { number(at: 4) }

  private func number(at position: Int) -> UInt32 {
    bytes.raw.littleEndian(at: position, as: UInt32.self).byteSwapped
  }
}

extension ByteSource {
  /// What is wrong with a device that says that it is a journal; nil where it holds one.
  ///
  /// Mirrors `ext4_get_journal_blkdev()`.
  func faultOfJournal(behind facts: SuperblockFacts) -> Fault? {
    var failure: FailedRead?
    let blockSize = UInt64(facts.blockSize)
    let block = SuperblockFacts.position / blockSize + 1
    let bytes = probe(JournalSuperblock.byteCount, at: block * blockSize, &failure)
    if let bytes, JournalSuperblock(bytes).isThere { return nil }
    let words = failure.map { "the journal that it is can't be read: \($0)" }
    return Fault(words: words ?? "it says that it is a journal, and holds none", refusal: .byAll)
  }
}
