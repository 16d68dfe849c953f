/// The rules that `verify` knows, for people.
enum RuleTable {
  /// Each rule's name, severity, sentence and, where one has words for it, what a kernel says.
  static var text: String {
    Rule.allCases.map { rule in
      let wording = rule.kernelWording.map { "    kernel: \($0)\n" } ?? ""
      return "\(rule.rawValue) (\(rule.severity.rawValue))\n    \(rule.sentence)\n\(wording)"
    }.joined()
  }
}
