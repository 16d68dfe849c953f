import Foundation
import Testing

/// What `verify --format ndjson` says of an image, read by Foundation's parser.
struct VerifiedImage {
  struct Line: Decodable {
    let kind, image: String
    let rule, severity, path, found, kernelWording: String?
    let inode, logicalBlock, physicalBlock, offset: Int?
    let errors, portability, directories, blocks, records, crossingRecords: Int?
    let blocksComparedByWays, blocksComparedByLibext2fs, waysCompared: Int?
    let examined: Bool?
  }

  let findings: [Line]
  let summary: Line
  let finished: Finished

  /// The rules that are broken, but for portability.
  var errors: [Line] { findings.filter { $0.severity == "error" } }
  var brokenRules: Set<String> { Set(errors.compactMap(\.rule)) }

  static func verify(
    _ image: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) async throws -> VerifiedImage {
    let finished = try await Command.ext2walk(
      ["verify", "--format", "ndjson"] + arguments + [image], environment: environment)
    let lines = try finished.output.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Line.self, from: Data($0))
    }
    let summary = try #require(lines.last, "\(finished.messages)")
    try #require(summary.kind == "summary")
    return VerifiedImage(findings: Array(lines.dropLast()), summary: summary, finished: finished)
  }
}
