import Basics
package import ExtVolume

/// What is wrong with the superblock of a journal. Its sentences are in `Words/JournalDamage+Words.swift`.
package enum JournalDamage: Equatable {
  case missing
  /// In bytes: another one than the file system's.
  case blockSize(UInt32)
  /// It has more blocks than the file that it is in.
  case longerThanFile(blockCount: UInt64)
  case firstBlock(UInt64, of: UInt64)
  case tooShort(blockCount: UInt64, first: UInt64)
  case tooShortForFastCommits(blockCount: UInt64, least: UInt64)
  /// Of the kind without features, where the file system takes some.
  case olderKind
  case unknownFeatures
  case twoChecksums
  case checksum
  /// What waits in it would begin in a block that it doesn't have.
  case start(UInt64, of: UInt64)
}

extension JournalSuperblock {
  /// What keeps ext4 from taking it; nil where nothing does.
  ///
  /// Mirrors `journal_check_superblock()`, `journal_reset()` and `jbd2_journal_initialize_fast_commit()`.
  ///
  /// - Parameters:
  ///   - byteCount: how long the journal's file is.
  ///   - superblock: the file system's.
  package func damage(
    ofByteCount byteCount: UInt64, _ superblock: Superblock
  ) -> (damage: JournalDamage, refusal: Refusal)? {
    func refused(_ damage: JournalDamage) -> (JournalDamage, Refusal) { (damage, .byExt4WithJournal) }
    guard isThere else { return refused(.missing) }
    if number(at: 12) != superblock.blockSize.byteCount { return refused(.blockSize(number(at: 12))) }
    let blockCount = UInt64(number(at: 16))
    if blockCount > superblock.blockSize.wholeBlocks(in: byteCount) {
      return refused(.longerThanFile(blockCount: blockCount))
    }
    let first = UInt64(number(at: 20))
    if first == 0 || first >= blockCount { return refused(.firstBlock(first, of: blockCount)) }
    if blockCount - first + 1 < Self.leastBlockCount {
      return refused(.tooShort(blockCount: blockCount, first: first))
    }
    if let damage = damageOfFeatures(blockCount, superblock) { return refused(damage) }
    let start = UInt64(number(at: 28))
    guard start != 0, !(first..<blockCount).contains(start) else { return nil }
    // Where nothing waits nobody looks there, but for writing.
    return (
      .start(start, of: blockCount), superblock.needsRecovery ? .byExt4WithJournal : .byExt4ToWrite
    )
  }

  private func damageOfFeatures(_ blockCount: UInt64, _ superblock: Superblock) -> JournalDamage? {
    guard kind == 4 else {
      let isTooOld = superblock.hasFastCommits || superblock.hasWideNumbers
      return isTooOld ? .olderKind : nil
    }
    let features = number(at: 40)
    if number(at: 44) != 0 || features & ~FeatureBit.known != 0 { return .unknownFeatures }
    if features & FeatureBit.fastCommit != 0 || superblock.hasFastCommits {
      let least = Self.leastBlockCount + (number(at: 84) == 0 ? 256 : UInt64(number(at: 84)))
      if blockCount < least { return .tooShortForFastCommits(blockCount: blockCount, least: least) }
    }
    let newer = features & (FeatureBit.checksum2 | FeatureBit.checksum3)
    let older = number(at: 36) & FeatureBit.checksum1
    if newer.nonzeroBitCount + older.nonzeroBitCount > 1 { return .twoChecksums }
    return newer != 0 && !hasRightChecksum ? .checksum : nil
  }
}

extension ByteSource {
  /// What is wrong with a device that says that it is a journal; nil where it holds one.
  ///
  /// Mirrors `ext4_get_journal_blkdev()`.
  package func obstacleOfJournal(after superblock: Superblock) -> MountObstacle? {
    var failure: DeviceReadError?
    let block = superblock.blockSize.block(at: Superblock.position) + 1
    let bytes = superblock.blockSize.position(of: block)
      .flatMap { probe(JournalSuperblock.byteCount, at: $0, &failure) }
    if let bytes, JournalSuperblock(bytes).isThere { return nil }
    return MountObstacle(reason: .journalDevice(failure), refusal: .byAll)
  }
}
