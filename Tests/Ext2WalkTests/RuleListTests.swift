import ExtCheck
import Testing

@testable import TestSupport

/// `verify --rules`.
@Suite struct RuleListTests {
  @Test func rulesAreListedWithSeverityAndWording() async throws {
    let finished = try await Command.ext2walk(["verify", "--rules"])
    #expect(finished.status == 0)
    let blocks = finished.text.split(separator: /\n(?! )/).map(String.init)
    #expect(blocks.count == Rule.allCases.count)
    for (rule, block) in zip(Rule.allCases, blocks) {
      var expected = "\(rule.rawValue) (\(rule.severity.rawValue))\n    \(rule.sentence)"
      if let wording = rule.kernelWording { expected += "\n    ext4: \(wording)" }
      if let wording = rule.ext2Wording { expected += "\n    ext2: \(wording)" }
      #expect(block.trimmingSuffix { $0 == "\n" } == expected)
    }
  }

  /// Nothing is checked then, not even whether there is an image.
  @Test func listingRulesTakesNoImage() async throws {
    let finished = try await Command.ext2walk(["verify", "--rules", "/no/such.img"])
    #expect(finished.status == 0)
    #expect(finished.messages.isEmpty)
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, predicate(last) { text.removeLast() }
    return String(text)
  }
}
