import Basics
import Foundation
import SystemPackage
import Testing

@testable import ExtCheck
@testable import TestSupport

/// docs/verify.md says what verify does: its tables are compared with the code.
@Suite struct DocumentationTests {
  private func text() throws -> String {
    String(decoding: try readFile(projectRoot.appending("docs/verify.md")), as: UTF8.self)
  }

  /// The lines from the one that begins with `start` to the one that begins with `end`, both left out.
  private func lines(from start: String, to end: String) throws -> [String] {
    let lines = try text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let first = try #require(lines.firstIndex { $0.hasPrefix(start) }, "\(start)")
    let last = try #require(lines[(first + 1)...].firstIndex { $0.hasPrefix(end) }, "\(end)")
    return Array(lines[(first + 1)..<last])
  }

  @Test func theTableOfRulesIsTheCodes() throws {
    let head = ["| rule | severity | what it says | the ext4 driver's words |", "|---|---|---|---|"]
    let expected =
      head
      + Rule.allCases.map { rule in
        let ext2 = rule.ext2Wording.map { " (ext2: \($0))" } ?? ""
        let wording = (rule.kernelWording ?? "") + ext2
        return "| `\(rule.rawValue)` | \(rule.severity.rawValue) | \(rule.sentence) | \(wording) |"
      }
    let found = try lines(from: "<!-- rules", to: "<!-- end of rules")
    #expect(found == expected, "docs/verify.md should have:\n\(expected.joined(separator: "\n"))")
  }

  /// The names in a table's first column.
  private func fields(_ title: String) throws -> Set<String> {
    let rows = try lines(from: "### \(title)", to: "##").filter { $0.hasPrefix("| `") }
    return Set(rows.flatMap { $0.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) } })
  }

  private func keys(_ line: some Sequence<UInt8>) throws -> Set<String> {
    let object = try JSONSerialization.jsonObject(with: Data(line))
    return Set(try #require(object as? [String: Any]).keys)
  }

  /// All that is documented is written, and nothing else: over an image whose names are no text, one that is none, and
  /// both formats.
  @Test func theFieldsOfJSONAreTheDocumentedOnes() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["d-0/one"])
    try image.patch(at: try image.position(ofEntry: "d-0", in: 2) + 8, [0xFF, 0xFE])
    let d = try Ext2fsOracle(image.path.string).entries(of: 2).first { $0.name.first == 0xFF }
    try await image.debugfs("set_inode_field <\(try #require(d).inode)> links_count 7")
    let script = """
      cd "$2"; ln -sf image.img "$(printf '\\377')"; "$1" verify --format $3 "$(printf '\\377')" "$(printf '\\376')"
      """
    let lines = try await Command.script(script, [image.directory.path.string, "ndjson"])
    var findings: Set<String> = []
    var summaries: Set<String> = []
    for line in lines.output.split(separator: UInt8(ascii: "\n")) {
      let keys = try keys(line)
      if keys.contains("rule") { findings.formUnion(keys) } else { summaries.formUnion(keys) }
    }
    let whole = try await Command.script(
      script, [image.directory.path.string, "json"])
    let objects = try JSONSerialization.jsonObject(with: Data(whole.output)) as? [[String: Any]]
    for object in try #require(objects) { summaries.formUnion(object.keys) }
    #expect(try fields("Fields of a finding") == findings)
    #expect(try fields("Fields of a summary") == summaries)
  }
}
