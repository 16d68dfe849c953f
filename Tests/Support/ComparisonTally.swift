@testable import ExtCheck

/// Of how many broken images `verify` and e2fsck said what.
struct ComparisonTally: CustomStringConvertible {
  private(set) var both = 0
  /// verify complained, and e2fsck in passes 1, 4 or 5 only.
  private var elsewhere = 0
  /// e2fsck complained, and verify only said what isn't portable.
  private var portability = 0
  /// e2fsck complained about what verify doesn't look at.
  private var e2fsckAlone = 0
  private var neither = 0

  var description: String {
    "both complain about directories \(both), e2fsck in other passes \(elsewhere), verify only says what isn't portable "
      + "\(portability), e2fsck alone \(e2fsckAlone), neither \(neither)"
  }

  /// Counts an image. Returns what is different, where they don't agree.
  mutating func count(_ e2fsck: E2fsck, _ verified: VerifiedImage) -> String? {
    switch (verified.finished.status == 1, e2fsck.complainsAboutDirectories) {
    case (true, true): both += 1
    case (true, false): elsewhere += 1
    case (false, _) where e2fsck.isClean: neither += 1
    case (false, _) where verified.saysSomething:
      portability += 1
      return "e2fsck complains, verify says what isn't portable"
    case (false, _):
      e2fsckAlone += 1
      return "e2fsck alone"
    }
    return nil
  }
}

extension VerifiedImage {
  /// Whether it has findings besides those about the file system as a whole, which were there before anything was broken.
  var saysSomething: Bool {
    findings.contains { $0.rule != Rule.blockLargerThanPage.rawValue }
  }
}
