import ExtVolume

/// Why a command can't go on with an image, where nothing below it failed: in sentences.
struct CommandError: ReportedError {
  /// What was being done, as a participle.
  let operation: String
  /// Why it failed.
  let reason: String
  /// What to do about it, where there is something.
  let whatToDo: String?

  init(_ operation: String, reason: String, advice: String? = nil) {
    self.operation = operation
    self.reason = reason
    whatToDo = advice
  }

  var description: String { "\(operation): \(reason)" }
  var sentence: String { description + (whatToDo.map { "; \($0)" } ?? "") }
}
