/// A copy of the superblock, and how to open the file system by it.
struct BackupSuperblock {
  /// The block it stands in, for `--superblock`: fewer than 2^27.
  let block: UInt64
  let facts: SuperblockFacts
}

extension ImageFile {
  /// The superblock at `position`, in bytes from the start of the file system; nil where there is none, or none that can
  /// be read.
  ///
  /// - Parameter failure: keeps the first refusal of the system.
  func superblockFacts(
    at position: UInt64 = SuperblockFacts.position, _ failure: inout FailedRead?
  ) -> SuperblockFacts? {
    probe(SuperblockFacts.byteCount, at: position, &failure).flatMap { SuperblockFacts($0) }
  }

  /// The superblock at `position`, where it doesn't matter why there is none.
  func superblockFacts(at position: UInt64 = SuperblockFacts.position) -> SuperblockFacts? {
    var failure: FailedRead?
    return superblockFacts(at: position, &failure)
  }

  /// The backups of the superblock that can be read, in the order of their blocks, of a file system that begins at `start`;
  /// small blocks first.
  ///
  /// Looks where they stand in file systems whose groups are of the usual size: at the start of groups 1, 3, 5, 7, 9, 25,
  /// 27, 49 and 81, for each block size, and for clusters of 16 blocks too (`bigalloc`); and at the start of groups 1 and 3
  /// where groups are smaller or larger by a power of two. At most 324 reads.
  ///
  /// - Parameter byteCount: how long the place is: what a larger file system left there is not meant.
  func backupSuperblocks(from start: UInt64 = 0, within byteCount: UInt64 = .max) -> [BackupSuperblock] {
    var found: [BackupSuperblock] = []
    for blockSize in (10...16).map({ UInt64(1) << $0 }) {
      // A bitmap is one block; and the group descriptor counts in 16 bits.
      let usual = min(blockSize * 8, 65528)
      let smaller = (8...18).map { UInt64(1) << $0 }.filter { $0 < usual }
      let clusters = (1...8).map { usual << UInt64($0) }
      for blocksPerGroup in [usual] + smaller + clusters {
        let isUsual = blocksPerGroup == usual || blocksPerGroup == usual * 16
        let first: UInt64 = blockSize == 1024 && blocksPerGroup <= usual ? 1 : 0
        for group: UInt64 in isUsual ? [1, 3, 5, 7, 9, 25, 27, 49, 81] : [1, 3] {
          let block = first + group * blocksPerGroup
          guard let facts = superblockFacts(at: start + block * blockSize), facts.blockSize == Int(blockSize),
            facts.byteCount <= byteCount,
            // A file that holds the image of another file system has superblocks too.
            UInt64(facts.groupNumber) == group || facts.revision == 0,
            !found.contains(where: { $0.block == block && $0.facts.blockSize == facts.blockSize })
          else { continue }
          found.append(BackupSuperblock(block: block, facts: facts))
        }
      }
    }
    return found.sorted { ($0.facts.blockSize, $0.block) < ($1.facts.blockSize, $1.block) }
  }
}
