extension [DefaultMountOptions.JournalOption] {
  /// As they are typed, in a list.
  package var words: String { map(\.word).joined(separator: ", ") }
}

extension DefaultMountOptions.JournalOption {
  fileprivate var word: String {
    switch self {
    case .asyncCommit: "journal_async_commit"
    case .checksum: "journal_checksum"
    case .commitInterval(let seconds): "commit=\(seconds)"
    case .abortOnDataErrors: "data_err=abort"
    }
  }
}
