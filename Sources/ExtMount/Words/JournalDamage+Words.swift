extension JournalDamage {
  /// After the name of the journal's inode.
  package var predicate: String {
    switch self {
    case .missing: "holds no journal"
    case .blockSize(let size): "says that it has blocks of \(size) bytes"
    case .longerThanFile: "is shorter than its journal"
    case .firstBlock(let first, let count): "can't begin with block \(first) of \(count)"
    case .tooShort(let count, let first): "is too short a journal: \(count) blocks from \(first) on"
    case .tooShortForFastCommits(let count, let least):
      "is too short a journal: \(count) blocks, and fast commits take \(least)"
    case .olderKind: "is of the older kind, which goes neither with 64bit nor with fast_commit"
    case .unknownFeatures: "has features that no kernel knows"
    case .twoChecksums: "can't have two kinds of checksums"
    case .checksum: "has a journal whose checksum is wrong"
    case .start(let start, let count): "says that what waits in it begins at block \(start) of \(count)"
    }
  }
}
