import ExtCheck
import ExtVolume

/// The rules that `verify` knows, for people.
enum RuleTable {
  /// Each rule's name, severity, sentence and, where they have words for it, what kernels say.
  static var text: String {
    Rule.allCases.map { rule in
      let wording = rule.kernelWording.map { "    ext4: \($0)\n" } ?? ""
      let ext2 = rule.ext2Wording.map { "    ext2: \($0)\n" } ?? ""
      return "\(rule.rawValue) (\(rule.severity.rawValue))\n    \(rule.sentence)\n\(wording)\(ext2)"
    }.joined()
  }
}
