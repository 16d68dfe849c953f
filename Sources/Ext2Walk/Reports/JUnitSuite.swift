import ExtCheck
import ExtVolume
import TextOutput

/// The findings of an image as a JUnit test suite: a test case for each rule, which fails where the rule is broken.
struct JUnitSuite {
  static let opening = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ext2walk verify\">\n"
  static let closing = "</testsuites>\n"

  /// Whether what is not portable is a failure too.
  let isStrict: Bool
  private var findings: [Rule: [String]] = [:]

  init(isStrict: Bool) {
    self.isStrict = isStrict
  }

  mutating func add(_ finding: Finding) {
    findings[finding.rule, default: []].append(finding.place + finding.words)
  }

  /// The suite's element.
  ///
  /// - Parameter diskDamage: for what another file system of the disk may be left out. A test case of its own.
  func text(image: [UInt8], diskDamage: [String], outcome: VerifyReport.Outcome) -> String {
    let name = XML.escaped(Escaping.text(image))
    let disk = diskDamage.isEmpty ? 0 : 1
    var ofDisk = ""
    if disk > 0 {
      let lines = XML.escaped(diskDamage.joined(separator: "\n"))
      ofDisk += "    <testcase classname=\"\(name)\" name=\"whole-disk\">"
      ofDisk += "<failure message=\"another file system may be left out\">\(lines)</failure></testcase>\n"
    }
    if case .notExamined(let reason) = outcome {
      return """
          <testsuite name="\(name)" tests="\(1 + disk)" failures="\(disk)" errors="1">
            <testcase classname="\(name)" name="examined"><error message="\(XML.escaped(reason))"/></testcase>
        \(ofDisk)  </testsuite>

        """
    }
    let failureCount = findings.keys.count(where: fails) + disk
    var text = "  <testsuite name=\"\(name)\" tests=\"\(Rule.allCases.count + disk)\" "
    text += "failures=\"\(failureCount)\" errors=\"0\">\n"
    text += ofDisk
    for rule in Rule.allCases {
      let test = "    <testcase classname=\"\(name)\" name=\"\(rule.rawValue)\""
      guard let found = findings[rule] else {
        text += test + "/>\n"
        continue
      }
      let lines = XML.escaped(found.joined(separator: "\n"))
      if fails(rule) {
        text += "\(test)><failure message=\"\(XML.escaped(rule.sentence))\">\(lines)</failure></testcase>\n"
      } else {
        text += "\(test)><system-out>\(lines)</system-out></testcase>\n"
      }
    }
    return text + "  </testsuite>\n"
  }

  private func fails(_ rule: Rule) -> Bool {
    rule.severity == .error || isStrict
  }
}
