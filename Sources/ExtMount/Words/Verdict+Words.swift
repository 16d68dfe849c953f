import ExtVolume

extension Verdict.Reason {
  /// In a sentence.
  package var words: String {
    switch self {
    case .journalDevice: "this is a journal for another file system, not a file system"
    case .obstacle(let reason): reason.words
    case .withJournal(let reason): "only with ro,noload: \(reason.words)"
    case .unknownFeatures(let features):
      "it doesn't know " + features.map(\.words).joined(separator: ", ")
    case .needsRecovery: "it can't replay the journal (needs_recovery)"
    case .withoutUnicode: "it was built without CONFIG_UNICODE, which casefold takes"
    case .smallPages(let pageSize, let blockSize):
      "its pages are smaller than the blocks (\(pageSize) < \(blockSize) bytes)"
    case .encryptedLargeBlocks: "encrypt does not go with blocks larger than pages"
    case .superblockChecksum: "the superblock's checksum is wrong"
    case .checksumType(let type): "checksums of type \(type) are unknown"
    case .journalElsewhere: "its journal is on another device"
    case .journalMayBeElsewhere: "only with ro,noload where its journal's device isn't at hand"
    case .optionsWithNoload(let options):
      "mount option in the superblock: \(options.words), which does not go with noload"
    case .noloadWithRecovery:
      "mount option in the superblock: noload, and the journal waits to be replayed"
    case .truncated: "the image is cut short"
    case .revision(let revision): "it doesn't know revision \(revision)"
    case .markedReadOnly: "it is marked read-only"
    case .takesQuotas(let features):
      "with CONFIG_QUOTA and CONFIG_QFMT_V2 (\(features.map(\.name).joined(separator: ", "))), else read-only"
    case .newestFeature(let feature, let since): "from Linux \(since) on (\(feature.name))"
    }
  }
}

extension Verdict.UnknownFeature {
  fileprivate var words: String { feature.name + (since.map { " (since Linux \($0))" } ?? "") }
}
