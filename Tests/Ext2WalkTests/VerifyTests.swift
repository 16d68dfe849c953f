import ExtCheck
import SystemPackage
import Testing

@testable import TestSupport

/// `verify`: each rule is found broken where it is, and only there.
@Suite struct VerifyTests {
  static let cases = Break.all.flatMap { each in each.blockSizes.map { (each, $0) } }

  /// One break, one rule; and what has to come with it.
  @Test(arguments: cases)
  func eachRuleHasABreak(_ broken: Break, blockSize: Int) async throws {
    let image = try await broken.brokenImage(blockSize: blockSize)
    let verified = try await VerifiedImage.verify(image.path.string)
    let isError = broken.rule.severity == .error
    let found = isError ? verified.brokenRules : Set(verified.findings.compactMap(\.rule))
    let expected = Set(([broken.rule] + broken.companions).map(\.rawValue))
    if isError {
      #expect(found == expected, "\(verified.finished.text)")
      // Not a hundred for one.
      #expect(verified.errors.count { $0.rule == broken.rule.rawValue } == 1)
    } else {
      #expect(found.isSuperset(of: expected), "\(verified.finished.text)")
      #expect(verified.errors.isEmpty)
    }
    #expect(verified.finished.status == (isError ? 1 : 0))
    if !isError {
      #expect(try await VerifiedImage.verify(image.path.string, ["--strict"]).finished.status == 1)
    }
  }
}
