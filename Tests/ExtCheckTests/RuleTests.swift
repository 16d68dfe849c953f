import Testing

@testable import ExtCheck
@testable import TestSupport

/// The table of rules: each is tested, each is listed.
@Suite struct RuleTests {
  /// Rules that no change to an image breaks, and where they are tested instead.
  static let withoutBreak: [Rule: String] = [
    .wayDiffers:
      "all ways read the same bytes of any image: FaultySourceTests has a source that changes them",
    .libext2fsDiffers: "libext2fs reads the same bytes: FaultySourceTests has a source that tells it others",
    .inodeInBadBlock: "a block holds several inodes: InodeDamageTests has one",
    .nameNotInEncoding: "takes an encoding: NamesTests has one",
    .encryptedNameTooShort: "takes a whole directory: NamesTests has one",
    .blockUnreadable: "a file can be read wherever it is: FaultySourceTests has a source that can't",
  ]

  @Test(arguments: Rule.allCases)
  func eachRuleHasABreakOrAReason(_ rule: Rule) {
    let isBroken = Break.all.contains { $0.rule == rule }
    let hasReason = Self.withoutBreak[rule] != nil
    #expect(isBroken != hasReason, "a row in Support/Breaks.swift, or a reason here")
  }

  @Test(arguments: Rule.allCases)
  func namesAreKebabCaseAndSentencesAre(_ rule: Rule) {
    #expect(rule.rawValue.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil)
    #expect(rule.sentence.hasSuffix("."))
    #expect(Rule.allCases.count { $0.sentence == rule.sentence } == 1)
  }
}
