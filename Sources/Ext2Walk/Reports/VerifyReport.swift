import Basics
import ExtCheck
import ExtVolume
import FolioCore
import TextOutput

/// Writes what `verify` finds, image after image, and what came of each.
final class VerifyReport: CheckObserver {
  enum Format {
    case text
    case json, ndjson
    case junit
  }

  /// What came of one image.
  enum Outcome {
    case examined(VerifySummary, seconds: Double)
    /// It could not be examined at all, and why.
    case notExamined(String)
  }

  private let format: Format
  /// Whether only findings are written.
  private let isQuiet: Bool
  private let hasColor: Bool
  private var output = ByteBuffer()
  private var progress = ProgressLine(isOn: false)
  /// Why a check was stopped.
  private(set) var failure: OutputError?
  private var image: [UInt8] = []
  private var diskDamage: [String] = []
  private var objects: JSONArray
  private var imageObject = JSONObject()
  private var findingCount = 0
  private var suite: JUnitSuite
  private var outcomes: (clean: Int, withErrors: Int, notExamined: Int) = (0, 0, 0)

  init(format: Format, isQuiet: Bool, hasColor: Bool, isStrict: Bool) {
    self.format = format
    self.isQuiet = isQuiet
    self.hasColor = hasColor
    objects = JSONArray(isLines: format == .ndjson)
    suite = JUnitSuite(isStrict: isStrict)
    if format == .junit { output.append(text: JUnitSuite.opening) }
  }

  /// The findings that follow are those of `image`.
  ///
  /// - Parameter showsProgress: whether a line on stderr says how far it is.
  func begin(_ image: [UInt8], showsProgress: Bool) {
    progress = ProgressLine(isOn: showsProgress)
    self.image = image
    diskDamage = []
    findingCount = 0
    switch format {
    case .json:
      objects.next(&output)
      imageObject = JSONObject()
      imageObject.add("image", bytes: image.raw, to: &output)
      imageObject.beginArray("findings", &output)
    case .text, .ndjson, .junit: break
    }
  }

  /// The image is a disk, and for these reasons another file system of it may be left out.
  func take(diskDamage: [String]) {
    self.diskDamage = diskDamage
  }

  // MARK: CheckObserver

  func show(_ progress: CheckProgress) {
    self.progress.step(part: progress.part) {
      progress.directoryCount == 0
        ? "inode tables" : "\(progress.directoryCount) directories, \(progress.entryCount) entries"
    }
  }

  func take(_ finding: Finding) throws(CheckStopped) {
    progress.clear()
    switch format {
    case .text: output.append(text: line(finding))
    case .json:
      output.append(findingCount == 0 ? "\n" : ",\n")
      VerifyJSON.append(finding, image: nil, to: &output)
    case .ndjson:
      objects.next(&output)
      VerifyJSON.append(finding, image: image, to: &output)
    case .junit: suite.add(finding)
    }
    findingCount += 1
    do throws(OutputError) {
      try StandardOutput.flushIfLarge(&output)
    } catch {
      failure = error
      throw CheckStopped()
    }
  }

  /// Ends the image.
  func end(_ outcome: Outcome) throws(OutputError) {
    progress.clear()
    switch outcome {
    case .notExamined: outcomes.notExamined += 1
    case .examined(let summary, _) where summary.fails(isStrict: suite.isStrict) || !diskDamage.isEmpty:
      outcomes.withErrors += 1
    case .examined: outcomes.clean += 1
    }
    switch format {
    case .text:
      if case .examined(let summary, let seconds) = outcome, !isQuiet {
        output.append(text: text(summary, seconds: seconds))
      }
    case .json:
      imageObject.endArray(&output)
      imageObject.add("problems", diskDamage, to: &output)
      VerifyJSON.append(outcome, to: &imageObject, &output)
      imageObject.end(&output)
    case .ndjson:
      objects.next(&output)
      var object = JSONObject()
      object.add("kind", "summary", to: &output)
      object.add("image", bytes: image.raw, to: &output)
      object.add("problems", diskDamage, to: &output)
      VerifyJSON.append(outcome, to: &object, &output)
      object.end(&output)
    case .junit:
      output.append(text: suite.text(image: image, diskDamage: diskDamage, outcome: outcome))
      suite = JUnitSuite(isStrict: suite.isStrict)
    }
    try StandardOutput.flushIfLarge(&output)
  }

  /// Ends the report.
  func end() throws(OutputError) {
    let count = outcomes.clean + outcomes.withErrors + outcomes.notExamined
    switch format {
    case .text:
      if count > 1, !isQuiet {
        output.append(
          text: "\(count) images: \(outcomes.clean) without errors, \(outcomes.withErrors) with errors, "
            + "\(outcomes.notExamined) not examined\n")
      }
    case .json, .ndjson: objects.end(&output)
    case .junit: output.append(text: JUnitSuite.closing)
    }
    try StandardOutput.flush(&output)
  }

  // MARK: Text

  private func line(_ finding: Finding) -> String {
    var severity = finding.rule.severity.rawValue
    if hasColor { severity = "\u{1B}[\(finding.rule.severity == .error ? 31 : 33)m\(severity)\u{1B}[0m" }
    return "\(Escaping.text(image)): \(finding.place)\(severity) \(finding.words)\n"
  }

  private func text(_ summary: VerifySummary, seconds: Double) -> String {
    let counts = summary.counts
    let verdict =
      switch (summary.errorCount, summary.portabilityCount) {
      case (0, 0): "clean"
      case (0, let notes) where suite.isStrict: "\(counted(notes, "portability finding")), errors by --strict"
      case (0, let notes): "no errors, \(counted(notes, "portability finding"))"
      case (let errors, 0): counted(errors, "error")
      case (let errors, let notes):
        "\(counted(errors, "error")), \(counted(notes, "portability finding"))"
      }
    let disk = diskDamage.isEmpty ? "" : "; not all of the disk could be looked at"
    let scope = summary.scope
    func share(_ part: UInt64) -> String {
      part == counts.blocks ? "all \(part) blocks" : "\(part) of \(counts.blocks) blocks"
    }
    return """
      \(Escaping.text(image)): \(verdict)\(disk)
        checked   \(counted(counts.directories, "directory", "directories")), \(counted(counts.blocks, "block")), \
      \(counted(counts.records, "record")), \(counts.crossingRecords) of them across a page, in \(rounded(seconds)) s
        compared  \(counted(scope.served.count, "way")) of mapping on \(share(scope.blocksByWays)), libext2fs' iterator \
      on \(share(scope.blocksByLibrary))

      """
  }

  private func rounded(_ seconds: Double) -> String {
    let hundredths = Int(seconds * 100)
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
