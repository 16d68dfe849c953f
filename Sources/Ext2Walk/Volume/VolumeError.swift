import CExt2fs

/// Something an image refused, in words: what was being done, why it failed, what to do.
struct VolumeError: Error, CustomStringConvertible {
  /// What was being done, as a participle: "reading inode 12".
  let operation: String
  /// Why it failed.
  let reason: String
  /// What to do about it, where there is something.
  let advice: String?
  /// libext2fs' number for it, where the failure is that library's.
  let code: errcode_t?

  init(_ operation: String, reason: String, advice: String? = nil) {
    self.operation = operation
    self.reason = reason
    self.advice = advice
    code = nil
  }

  /// A failure of libext2fs, in its words.
  init(_ operation: String, code: errcode_t, advice: String? = nil) {
    self.operation = operation
    reason = Ext2Library.words(for: code)
    self.advice = advice
    self.code = code
  }

  init(_ operation: String, _ failure: ImageReadError) {
    self.init(operation, reason: failure.description)
  }

  /// Whether the file system has features that this build's libext2fs doesn't know. It may be in order all the same.
  var isOfUnknownFeatures: Bool {
    code == errcode_t(EXT2_ET_UNSUPP_FEATURE) || code == errcode_t(EXT2_ET_RO_UNSUPP_FEATURE)
  }

  var description: String {
    "\(operation): \(reason)" + (advice.map { "; \($0)" } ?? "")
  }
}
