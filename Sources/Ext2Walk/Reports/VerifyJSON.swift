import Basics
import ExtCheck
import ExtVolume
import FolioCore
import TextOutput

/// Writes findings and summaries of `verify` as JSON. The fields are documented in docs/verify.md.
enum VerifyJSON {
  /// - Parameter image: for a finding that stands by itself; nil in the object of its image.
  static func append(_ finding: Finding, image: [UInt8]?, to output: inout ByteBuffer) {
    var object = JSONObject()
    if let image {
      object.add("kind", "finding", to: &output)
      object.add("image", bytes: image.raw, to: &output)
    }
    object.add("rule", finding.rule.rawValue, to: &output)
    object.add("severity", finding.rule.severity.rawValue, to: &output)
    if let path = finding.path {
      object.add("path", bytes: path.raw, to: &output)
    } else {
      object.add("path", String?.none, to: &output)
    }
    object.add("inode", finding.inode, to: &output)
    object.add("logicalBlock", finding.block?.logical, to: &output)
    object.add("physicalBlock", finding.block?.physical, to: &output)
    object.add("offset", finding.offset, to: &output)
    object.add("kernelWording", finding.kernelWording, to: &output)
    object.add("sentence", finding.rule.sentence, to: &output)
    object.add("found", finding.found, to: &output)
    object.end(&output)
  }

  /// Adds what came of an image to its object.
  static func append(
    _ outcome: VerifyReport.Outcome, to object: inout JSONObject, _ output: inout ByteBuffer
  ) {
    switch outcome {
    case .notExamined(let reason):
      object.add("examined", false, to: &output)
      object.add("reason", reason, to: &output)
    case .examined(let summary, let seconds):
      let (counts, scope) = (summary.counts, summary.scope)
      object.add("examined", true, to: &output)
      object.add("errors", summary.errorCount, to: &output)
      object.add("portability", summary.portabilityCount, to: &output)
      object.add("directories", counts.directories, to: &output)
      object.add("blocks", counts.blocks, to: &output)
      object.add("records", counts.records, to: &output)
      object.add("entries", counts.entries, to: &output)
      object.add("crossingRecords", counts.crossingRecords, to: &output)
      object.add("waysCompared", scope.served.count, to: &output)
      object.add("blocksComparedByWays", scope.blocksByWays, to: &output)
      object.add("blocksComparedByLibext2fs", scope.blocksByLibrary, to: &output)
      object.add("milliseconds", Int(seconds * 1000), to: &output)
    }
  }
}
