import FolioCore
import TextOutput

/// A rule that is broken, and where.
struct Finding {
  let rule: Rule
  /// The path of the directory it was found in, or `<N>` where no path leads there; nil where it is in none.
  var path: [UInt8]?
  /// The inode it is about: that directory, or what no entry names.
  var inode: UInt32?
  var block: BlockPlace?
  /// In bytes: where in the block, or in the contents of the inode, the record begins.
  var offset: Int?
  /// What a kernel says of it, where the rule doesn't know that by itself.
  var ownKernelWording: String?
  /// What was found, in words. Names in it are escaped.
  let facts: String

  /// What a kernel says of it, where one has words for it.
  var kernelWording: String? { ownKernelWording ?? rule.kernelWording }

  /// What is wrong, in a line: what rule, in a kernel's words where it has some, and what was found.
  var words: String {
    let what = kernelWording ?? rule.sentence
    return "\(rule.rawValue): \(what)\(facts.isEmpty ? "" : " (\(facts))")"
  }

  /// Where, with a colon behind it; empty for what is about the file system as a whole.
  var place: String {
    var parts: [String] = []
    switch (path, inode) {
    case (let path?, let inode?): parts.append("\(Escaping.text(path)) (inode \(inode))")
    case (let path?, nil): parts.append(Escaping.text(path))
    case (nil, let inode?): parts.append("inode \(inode)")
    case (nil, nil): break
    }
    if let block { parts.append("block \(block.logical) (physical \(block.physical))") }
    if let offset { parts.append("offset \(offset)") }
    return parts.isEmpty ? "" : parts.joined(separator: ", ") + ": "
  }
}

/// What takes findings, one after the other, as they are made.
protocol FindingSink: AnyObject {
  func take(_ finding: Finding) throws(OutputError)
}

/// Findings of one image on their way out, and how many there were.
struct Findings: ~Copyable {
  private let sink: any FindingSink
  private(set) var errorCount = 0
  private(set) var portabilityCount = 0

  init(_ sink: any FindingSink) {
    self.sink = sink
  }

  mutating func add(_ finding: Finding) throws(OutputError) {
    switch finding.rule.severity {
    case .error: errorCount += 1
    case .portability: portabilityCount += 1
    }
    try sink.take(finding)
  }
}
