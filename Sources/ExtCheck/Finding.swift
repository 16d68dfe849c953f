package import ExtVolume
package import FolioCore

/// A rule that is broken, and where.
package struct Finding {
  package let rule: Rule
  /// The path of the directory it was found in, or `<N>` where no path leads there; nil where it is in none.
  package var path: [UInt8]?
  /// The inode it is about: that directory, or what no entry names.
  package var inode: InodeNumber?
  package var block: BlockPlace?
  /// In bytes: where in the block, or in the contents of the inode, the record begins.
  package var offset: Int?
  /// What was found; nil where the rule says all.
  package var facts: Facts?

  /// What a kernel says of it, where one has words for it.
  package var kernelWording: String? { ownKernelWording ?? rule.kernelWording }
}

/// How far a check is.
package struct CheckProgress {
  /// How much of all is done, from 0 to 1.
  package let part: Double
  /// How many directories and entries have been read; none while inode tables are.
  package var directoryCount = 0
  package var entryCount = 0
}

/// Ends a check: whoever takes the findings wants no more of them, and knows why.
package struct CheckStopped: Error {
  package init() {}
}

/// What takes findings, one after the other, as they are made, and hears how far the check is.
package protocol CheckObserver: AnyObject {
  func take(_ finding: Finding) throws(CheckStopped)
  func show(_ progress: CheckProgress)
}

/// Findings of one image on their way out, and how many there were.
struct Findings: ~Copyable {
  private let observer: any CheckObserver
  private(set) var errorCount = 0
  private(set) var portabilityCount = 0

  init(_ observer: any CheckObserver) {
    self.observer = observer
  }

  mutating func add(_ finding: Finding) throws(CheckStopped) {
    switch finding.rule.severity {
    case .error: errorCount += 1
    case .portability: portabilityCount += 1
    }
    try observer.take(finding)
  }

  func progress(_ progress: CheckProgress) { observer.show(progress) }
}
