import CExt2fs

/// Something an image refused, in words: what was being done, why it failed, what to do.
struct VolumeError: Error, CustomStringConvertible {
  /// What was being done, as a participle: "reading inode 12".
  let operation: String
  /// Why it failed.
  let reason: String
  /// What to do about it, where there is something.
  let advice: String?

  init(_ operation: String, reason: String, advice: String? = nil) {
    self.operation = operation
    self.reason = reason
    self.advice = advice
  }

  /// A failure of libext2fs, in its words.
  init(_ operation: String, code: errcode_t, advice: String? = nil) {
    self.init(operation, reason: Ext2Library.words(for: code), advice: advice)
  }

  init(_ operation: String, _ failure: ImageReadError) {
    self.init(operation, reason: failure.description)
  }

  var description: String {
    "\(operation): \(reason)" + (advice.map { "; \($0)" } ?? "")
  }
}
