import Basics
package import ExtVolume
import FolioCore

extension JournalSuperblock {
  /// What keeps ext4 from taking it, to be said behind a name; nil where nothing does.
  ///
  /// Mirrors `journal_check_superblock()`, `journal_reset()` and `jbd2_journal_initialize_fast_commit()`.
  ///
  /// - Parameters:
  ///   - byteCount: how long the journal's file is.
  ///   - superblock: the file system's.
  package func obstacle(ofByteCount byteCount: UInt64, _ superblock: Superblock) -> MountObstacle? {
    func refused(_ words: String) -> MountObstacle {
      MountObstacle(words: words, refusal: .byExt4WithJournal)
    }
    guard isThere else { return refused("holds no journal") }
    if number(at: 12) != superblock.blockSize.byteCount {
      return refused("says that it has blocks of \(number(at: 12)) bytes")
    }
    let blockCount = UInt64(number(at: 16))
    if blockCount > superblock.blockSize.wholeBlocks(in: byteCount) {
      return refused("is shorter than its journal")
    }
    let first = UInt64(number(at: 20))
    if first == 0 || first >= blockCount {
      return refused("can't begin with block \(first) of \(blockCount)")
    }
    if blockCount - first + 1 < Self.leastBlockCount {
      return refused("is too short a journal: \(blockCount) blocks from \(first) on")
    }
    if let words = obstacleOfFeatures(blockCount, superblock) { return refused(words) }
    let start = UInt64(number(at: 28))
    guard start != 0, !(first..<blockCount).contains(start) else { return nil }
    // Where nothing waits nobody looks there, but for writing.
    return MountObstacle(
      words: "says that what waits in it begins at block \(start) of \(blockCount)",
      refusal: superblock.needsRecovery ? .byExt4WithJournal : .byExt4ToWrite)
  }

  private func obstacleOfFeatures(_ blockCount: UInt64, _ superblock: Superblock) -> String? {
    guard kind == 4 else {
      let isTooOld = superblock.hasFastCommits || superblock.hasWideNumbers
      return isTooOld ? "is of the older kind, which goes neither with 64bit nor with fast_commit" : nil
    }
    let features = number(at: 40)
    if number(at: 44) != 0 || features & ~FeatureBit.known != 0 { return "has features that no kernel knows" }
    if features & FeatureBit.fastCommit != 0 || superblock.hasFastCommits {
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
}

extension ByteSource {
  /// What is wrong with a device that says that it is a journal; nil where it holds one.
  ///
  /// Mirrors `ext4_get_journal_blkdev()`.
  package func obstacleOfJournal(behind superblock: Superblock) -> MountObstacle? {
    var failure: DeviceReadError?
    let block = superblock.blockSize.block(at: Superblock.position) + 1
    let bytes = superblock.blockSize.position(of: block)
      .flatMap { probe(JournalSuperblock.byteCount, at: $0, &failure) }
    if let bytes, JournalSuperblock(bytes).isThere { return nil }
    let words = failure.map { "the journal that it is can't be read: \($0)" }
    return MountObstacle(words: words ?? "it says that it is a journal, and holds none", refusal: .byAll)
  }
}
