import Basics
package import FolioCore

/// A copy of the superblock, and how to open the file system by it.
package struct BackupSuperblock {
  /// The block it stands in, by which it is opened: fewer than 2^27.
  package let block: BlockNumber
  package let facts: Superblock

  package init(block: BlockNumber, facts: Superblock) {
    self.block = block
    self.facts = facts
  }
}

extension ByteSource {
  /// The superblock at `position`, in bytes from the start of the file system; nil where there is none, or none that can
  /// be read.
  ///
  /// - Parameter failure: keeps the first refusal of the system.
  package func superblock(
    at position: BytePosition = Superblock.position, _ failure: inout DeviceReadError?
  ) -> Superblock? {
    probe(Superblock.byteCount, at: position, &failure).flatMap { Superblock($0) }
  }

  /// The superblock at `position`, where it doesn't matter why there is none.
  package func superblock(at position: BytePosition = Superblock.position) -> Superblock? {
    var failure: DeviceReadError?
    return superblock(at: position, &failure)
  }

  /// The backups of the superblock that can be read, small blocks first, of a file system that begins at `start`.
  ///
  /// Looks where they stand in file systems whose groups are of the usual size, for each block size, and for clusters of 16
  /// blocks too (`bigalloc`): 126 reads.
  ///
  /// - Parameters:
  ///   - byteCount: how long the place is: what a larger file system left there is not meant.
  ///   - everywhere: whether to look, where there is none, for groups that are smaller or larger by a power of two, too: some
  ///     1,100 reads; and then for the first backup of groups of any size, in the first 128 MiB, which are read in one go.
  package func backupSuperblocks(
    from start: BytePosition = 0, within byteCount: UInt64 = .max, everywhere: Bool = false
  ) -> [BackupSuperblock] {
    var found: [BackupSuperblock] = []
    func look(_ blockSize: BlockSize, _ blocksPerGroup: UInt64, first: BlockNumber) {
      for group: UInt64 in [1, 3, 5, 7, 9, 25, 27, 49, 81] {
        let block = first + group * blocksPerGroup
        guard let facts = blockSize.position(of: block).flatMap({ superblock(at: $0.inWhole(from: start)) }),
          facts.blockSize == blockSize,
          facts.byteCount <= byteCount,
          // A file that holds the image of another file system has superblocks too.
          UInt64(facts.groupNumber) == group || facts.revision == 0,
          !found.contains(where: { $0.block == block && $0.facts.blockSize == facts.blockSize })
        else { continue }
        found.append(BackupSuperblock(block: block, facts: facts))
      }
    }
    // A bitmap is one block; and the group descriptor counts in 16 bits.
    func usual(_ blockSize: BlockSize) -> UInt64 { min(UInt64(blockSize.byteCount) * 8, 65528) }
    for blockSize in BlockSize.all {
      look(blockSize, usual(blockSize), first: blockSize.byteCount == 1024 ? 1 : 0)
      look(blockSize, usual(blockSize) * 16, first: 0)
    }
    guard found.isEmpty, everywhere else { return found }
    for blockSize in BlockSize.all {
      let smaller = (8...15).map { UInt64(1) << $0 }.filter { $0 < usual(blockSize) }
      let larger = (1...8).map { usual(blockSize) << UInt64($0) }
      for blocksPerGroup in smaller + larger { look(blockSize, blocksPerGroup, first: 0) }
      // Groups of blocks of 1 KiB begin after the boot block, but those with clusters.
      if blockSize.byteCount == 1024 {
        look(blockSize, usual(blockSize), first: 0)
        for blocksPerGroup in smaller { look(blockSize, blocksPerGroup, first: 1) }
      }
    }
    guard found.isEmpty else { return found }
    return firstBackup(from: start, within: byteCount).map { [$0] } ?? []
  }

  /// The first backup in the first 128 MiB that stands where it says that group 1 begins.
  private func firstBackup(from start: BytePosition, within byteCount: UInt64) -> BackupSuperblock? {
    let mostBytes: UInt64 = 1 << 27
    // Who looks for backups reports a first superblock that can't be read; of the others none need be there.
    var failure: DeviceReadError?
    let end = min(start + min(byteCount, mostBytes), self.end)
    var found: BackupSuperblock?
    forEachSuperblockMagic(in: start..<max(start, end), step: 1024, &failure) { position in
      guard position > start, let facts = superblock(at: position), facts.groupNumber == 1,
        facts.impossibleValues.isEmpty, facts.byteCount <= byteCount
      else { return true }
      let block = facts.firstDataBlock + facts.blocksPerGroup
      if facts.blockSize.position(of: block) == position.inPart(from: start) {
        found = BackupSuperblock(block: block, facts: facts)
      }
      return found == nil
    }
    return found
  }

  /// Hands `body` each place in `range` where the magic of a superblock stands, until it wants no more. Reads all of it, in order.
  ///
  /// - Parameters:
  ///   - step: superblocks begin at multiples of this, in bytes from the start of `range`: a divisor of 64 KiB.
  ///   - failure: keeps the first refusal of the system.
  package func forEachSuperblockMagic(
    in range: Range<BytePosition>, step: Int, _ failure: inout DeviceReadError?,
    _ body: (BytePosition) -> Bool
  ) {
    let pieceSize: UInt64 = 1 << 16
    var start = range.lowerBound
    while start < range.upperBound {
      let count = Int(min(pieceSize, range.upperBound - start))
      for offset in places(step: step, in: start..<start + UInt64(count), &failure) {
        guard body(start + UInt64(offset)) else { return }
      }
      start += pieceSize
    }
  }

  /// Where in a piece the magic of a superblock stands where one could begin. Of what can't be read whole, each page is tried.
  private func places(step: Int, in piece: Range<BytePosition>, _ failure: inout DeviceReadError?) -> [Int] {
    // Where it stands in a superblock.
    let (low, high) = (56, 57)
    let pageSize = 4096
    var refused: DeviceReadError?
    if let bytes = probe(piece.count, at: piece.lowerBound, &refused) {
      return stride(from: 0, to: bytes.count - high, by: step).filter {
        bytes[$0 + low] == 0x53 && bytes[$0 + high] == 0xEF
      }
    }
    failure = failure ?? refused
    guard piece.count > pageSize else { return [] }
    return stride(from: 0, to: piece.count, by: pageSize).flatMap { offset in
      let start = piece.lowerBound + UInt64(offset)
      let end = min(piece.upperBound, start + UInt64(pageSize))
      return places(step: step, in: start..<end, &failure).map { $0 + offset }
    }
  }
}
