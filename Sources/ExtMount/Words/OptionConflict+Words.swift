import ExtVolume

extension OptionConflict {
  /// In a sentence.
  var words: String {
    let what = "mount option in the superblock:"
    return switch self {
    case .unterminated: "the mount options in the superblock fill all 64 bytes, and no zero ends them"
    case .withoutJournal(let options, let why):
      "\(what) \(options.words), which does not go with \(why.words)"
    case .asyncCommitInOrderedMode: "\(what) journal_async_commit, which does not go with data=ordered"
    case .delayedAllocationInJournalMode: "\(what) delalloc, which does not go with data=journal"
    case .dax(.journalMode): "\(what) dax, which does not go with data=journal"
    case .dax(.inlineData): "\(what) dax, which does not go with inline_data"
    case .dax(.persistentMemory): "\(what) dax, which takes a device in persistent memory"
    case .journalDevice(let option): "\(what) \(option), and the journal is in an inode"
    }
  }
}

extension OptionConflict.WithoutJournal {
  fileprivate var words: String {
    switch self {
    case .noload: "noload"
    case .noJournal: "no journal"
    }
  }
}
