package import SystemPackage

/// Something an image refused, in words: what was being done, why it failed, what to do.
package struct VolumeError: Error, CustomStringConvertible {
  /// What was being done, as a participle: "reading inode 12".
  package let operation: String
  /// Why it failed.
  package let reason: String
  /// What to do about it, where there is something.
  package let advice: String?
  /// libext2fs' or the system's number for it, where the failure is theirs.
  package let code: Int?

  package init(_ operation: String, reason: String, advice: String? = nil) {
    self.operation = operation
    self.reason = reason
    self.advice = advice
    code = nil
  }

  /// A failure of libext2fs, in its words.
  package init(_ operation: String, code: Int, advice: String? = nil) {
    self.init(operation, code: code, reason: Ext2Library.words(for: code), advice: advice)
  }

  /// A failure of the system, in its words.
  package init(_ operation: String, _ errno: Errno, advice: String? = nil) {
    self.init(operation, code: Int(errno.rawValue), reason: errno.description, advice: advice)
  }

  private init(_ operation: String, code: Int, reason: String, advice: String?) {
    self.operation = operation
    self.reason = reason
    self.code = code
    self.advice =
      switch Limit(code) {
      case .descriptors: "this shell allows too few open files (ulimit -n)"
      case .descriptorsOfAll: "the whole machine has too many"
      case .memory:
        advice ?? "the image asks for more than there is, or this shell allows too little (ulimit -v)"
      case nil: advice
      }
  }

  /// libext2fs' refusal of features that it doesn't know.
  package init(_ operation: String, refusedFor features: [Feature]) {
    let unsafeOnes = features.filter { $0.reading.whySafe == nil }
    let names = unsafeOnes.map(\.name).joined(separator: ", ")
    let readers = unsafeOnes.map { "\($0.name): \($0.reading.readers)" }.joined(separator: "; ")
    self.init(
      operation, code: Ext2Library.Code.unsupportedFeature,
      reason:
        "it has the feature \(names), which libext2fs doesn't know, nor whether directories can be read "
        + "without it",
      advice: "who reads it: \(readers)")
  }

  package init(_ operation: String, _ failure: ReadError) {
    self.init(operation, reason: failure.description)
  }

  /// Whether the file system has features that this build's libext2fs doesn't know. It may be in order all the same.
  package var isOfUnknownFeatures: Bool {
    code == Ext2Library.Code.unsupportedFeature || code == Ext2Library.Code.unsupportedReadOnlyFeature
  }

  /// Whether this machine, or a limit of this shell, has too little of something: nothing need be wrong with the image.
  package var isOfThisMachine: Bool { code.flatMap(Limit.init) != nil }

  /// What there may be too little of.
  private enum Limit {
    case descriptors, descriptorsOfAll, memory

    init?(_ code: Int) {
      switch code {
      case Int(Errno.tooManyOpenFiles.rawValue): self = .descriptors
      case Int(Errno.tooManyOpenFilesInSystem.rawValue): self = .descriptorsOfAll
      case Int(Errno.noMemory.rawValue), Ext2Library.Code.noMemory: self = .memory
      default: return nil
      }
    }
  }

  package var description: String {
    "\(operation): \(reason)" + (advice.map { "; \($0)" } ?? "")
  }
}
