/// Something that a file system says of itself as a whole, and that can't be.
struct Fault: Equatable {
  /// Which kernels don't mount it for that.
  enum Refusal {
    case byAll, byExt4
    /// ext4 mounts it read-only.
    case byExt4ToWrite
    /// ext4 mounts it read-only, and only where its journal is left alone (`noload`).
    case byExt4WithJournal
    case byNone
  }

  /// In a sentence.
  let words: String
  let refusal: Refusal
}

extension [Fault] {
  mutating func add(_ refusal: Fault.Refusal, _ words: String) {
    append(Fault(words: words, refusal: refusal))
  }
}
