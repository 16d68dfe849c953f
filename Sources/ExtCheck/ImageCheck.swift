import Basics
package import ExtVolume
package import FolioCore
import TextOutput

/// What came of checking an image.
package struct VerifySummary {
  package let counts: VerifyCounts
  package let errorCount: Int
  package let portabilityCount: Int
  package let scope: CrossCheck.Scope
  /// A line for each mapping made, with the path of its directory; empty unless an account was asked for.
  package let account: [(line: MappingLine, path: [UInt8])]
}

extension VerifySummary {
  /// - Parameter isStrict: whether what is not portable is an error too.
  package func fails(isStrict: Bool) -> Bool {
    errorCount > 0 || (isStrict && portabilityCount > 0)
  }
}

/// How an image is checked.
package struct VerifyOptions {
  package var reading = ReadingOptions()
  /// Whether the crossCheck look at all blocks of a large image, and not at a sample.
  package var isThorough = false
  /// What is wrong with what mounting takes beside superblock and root, in sentences.
  package var refusals: [String] = []

  package init(reading: ReadingOptions = ReadingOptions(), isThorough: Bool = false, refusals: [String] = [])
  {
    self.reading = reading
    self.isThorough = isThorough
    self.refusals = refusals
  }
}

/// Checks all directories of an image.
///
/// The inode tables are read once, then each directory once: those that the root leads to, parents first, and then
/// those that nothing leads to. Mirrors what e2fsck does in passes 2, 3 and, for inodes that no entry names, 4.
package enum ImageCheck {
  /// Checks an image; findings go to `observer` as they are made.
  ///
  /// - Complexity: time linear in what the image holds, memory in its inodes in use and the longest directory.
  package static func run(
    _ volume: Volume, options: VerifyOptions, observer: any CheckObserver
  ) throws -> VerifySummary {
    var findings = Findings(observer)
    try checkImage(volume, &findings)
    for words in options.refusals { try findings.add(Finding(rule: .metadataImplausible, facts: words)) }
    var inodes = InodeTable(volume)
    let zone = volume.systemZone(&inodes)
    let census = try takeCensus(of: volume, zone: zone, &findings)
    var reading = options.reading
    reading.checksums = .checked
    var reader = try DirectoryReader(volume, options: reading)
    let crossCheck = CrossCheckThread(try CrossCheck(volume, isThorough: options.isThorough))
    // Where findings can't be written the thread would wait for ever.
    defer { crossCheck.cancel() }
    var check = DirectoryCheck(
      volume, census: census, zone: zone, findings: findings, crossCheck: crossCheck)
    try check.walk(from: FoundDirectory(inode: Inode.root, path: []), by: &reader, inodes: &inodes)
    try checkUnreached(&check, &reader, &inodes)
    try check.reportWrongDotDots()
    try check.reportWrongLinks()
    try check.checkUnattached()
    try check.checkClaims()
    let scope = try check.reportVerdicts()
    return VerifySummary(
      counts: check.counts, errorCount: check.findings.errorCount,
      portabilityCount: check.findings.portabilityCount, scope: scope, account: reader.account)
  }

  /// What is to be said of the file system as a whole.
  private static func checkImage(_ volume: Volume, _ findings: inout Findings) throws(CheckStopped) {
    let (held, declared) = (volume.image.byteCount, volume.declaredByteCount)
    if volume.hasWrongSuperblockChecksum { try findings.add(Finding(rule: .superblockChecksum, facts: "")) }
    for value in volume.superblock.impossibleValues {
      try findings.add(Finding(rule: .superblockImplausible, facts: value.words))
    }
    if held < declared {
      try findings.add(Finding(rule: .imageTooShort, facts: "it holds \(held) of \(declared) bytes"))
    }
    if volume.superblock.blockSize > 4096 {
      let facts = "\(volume.superblock.blockSize) bytes"
      try findings.add(Finding(rule: .blockLargerThanPage, facts: facts))
    }
  }

  private static func takeCensus(
    of volume: Volume, zone: SystemZone, _ findings: inout Findings
  ) throws(CheckStopped) -> InodeCensus {
    let superblock = volume.superblock
    var census = InodeCensus(inodeCount: superblock.inodeCount)
    var scan = InodeScan(volume)
    var check = InodeCheck(volume, zone: zone)
    for group in 0..<volume.groupCount {
      findings.progress(CheckProgress(part: 0.2 * Double(group) / Double(volume.groupCount)))
      var found: [Finding] = []
      let failure = scan.scan(group: group) { inode, bytes in
        if !inode.hasRightChecksum {
          found.append(Finding(rule: .inodeChecksum, inode: inode.number, facts: ""))
        }
        check.add(inode, bytes, to: &census)
      } miss: { unread in
        let facts = "group \(group), inodes \(unread.inodes.words): \(unread.reason)"
        found.append(Finding(rule: .inodeTableUnreadable, facts: facts))
        census.addUnknown(unread.inodes)
      }
      if let failure {
        found.append(Finding(rule: .inodeTableUnreadable, facts: "group \(group): \(failure)"))
      }
      for finding in found { try findings.add(finding) }
    }
    try check.finish(&census, &findings)
    return census
  }

  /// Checks the directories that the root doesn't lead to, each under the name `<N>`, and says which of them no other
  /// one has in it either.
  private static func checkUnreached(
    _ check: inout DirectoryCheck, _ reader: inout DirectoryReader, _ inodes: inout InodeTable
  ) throws(CheckStopped) {
    var tops: [UInt32] = []
    var next: UInt32 = 1
    while let inode = check.census.first(
      from: next,
      where: {
        $0.type == .directory && !$0.flags.contains(.isWalked) && !$0.flags.contains(.isReservedForFileSystem)
      })
    {
      tops.append(inode)
      let path = Array("<\(inode)>".utf8)
      try check.walk(from: FoundDirectory(inode: inode, path: path), by: &reader, inodes: &inodes)
      next = inode + 1
    }
    try check.report(unreached: tops)
  }
}

extension DirectoryCheck {
  /// Says what crossCheck found to differ. Returns what they compared.
  fileprivate mutating func reportVerdicts() throws(CheckStopped) -> CrossCheck.Scope {
    let (verdicts, scope) = crossCheck.finish()
    for (difference, directory, path) in verdicts {
      try findings.add(
        Finding(
          rule: difference.rule, path: path.shownPath, inode: directory, block: difference.block,
          offset: difference.offset, facts: difference.facts))
    }
    return scope
  }

  /// Says which directories of `tops` nothing leads to.
  fileprivate mutating func report(unreached tops: [UInt32]) throws(CheckStopped) {
    var unnamed: [UInt32] = []
    for inode in tops {
      guard census[inode].nameCount == 0, !isInBadBlock(inode) else { continue }
      unnamed.append(inode)
      if let dotDot = oddDotDots.removeValue(forKey: inode) { wrongLinks[dotDot.found]?.expected += 1 }
    }
    try report(.directoryUnreached, unnamed)
  }

  /// Says which directories have a ".." that names none of those they are in.
  fileprivate mutating func reportWrongDotDots() throws(CheckStopped) {
    for (inode, dotDot) in oddDotDots.sorted(by: { $0.key < $1.key }) {
      let parent = inode == Inode.root ? inode : census[inode].parent
      if dotDot.found == parent { continue }
      if furtherNames[inode]?.contains(dotDot.found) == true {
        // Of its names the one found first is the wrong one.
        wrongLinks[parent]?.expected -= 1
        wrongLinks[dotDot.found]?.expected += 1
        continue
      }
      try findings.add(
        Finding(
          rule: .wrongDotDot, path: dotDot.path.shownPath, inode: inode, block: dotDot.place.block,
          offset: dotDot.place.offset, facts: "inode \(dotDot.found), should be \(parent)"))
    }
  }

  /// Says which directories have another number of links than they should.
  fileprivate mutating func reportWrongLinks() throws(CheckStopped) {
    for (inode, links) in wrongLinks.sorted(by: { $0.key < $1.key }) {
      // What a count can't hold is counted as 1 (`dir_nlink`).
      let expected = links.expected > DirectoryCheck.mostLinks ? 1 : links.expected
      guard links.found != expected else { continue }
      let words = "\(counted(links.found, "link")), should be \(expected)"
      let path = links.path.shownPath
      try findings.add(Finding(rule: .wrongLinkCount, path: path, inode: inode, facts: words))
    }
  }

  /// Says which inodes in use no entry names, and which have another number of links than names.
  fileprivate mutating func checkUnattached() throws(CheckStopped) {
    var unattached: [UInt32] = []
    var next: UInt32 = 1
    while let inode = census.first(
      from: next,
      where: {
        $0.type != .directory && !$0.flags.contains(.isReservedForFileSystem) && $0.nameCount != $0.links
          || $0.isLost
      })
    {
      next = inode + 1
      if isInBadBlock(inode) { continue }
      let facts = census[inode]
      if facts.flags.contains(.holdsAttribute) {
        guard facts.nameCount == 0, !census.hasUnknownAttributes else { continue }
        let words = "it holds the value of an extended attribute, and no inode in use has that"
        try findings.add(Finding(rule: .inodeUnattached, inode: inode, facts: words))
      } else if facts.nameCount == 0 {
        unattached.append(inode)
      } else if !hasLostEntries {
        // e2fsck and kernels stop there, too.
        let isTooMany = facts.nameCount > DirectoryCheck.mostLinks
        let expected =
          isTooMany
          ? "and \(facts.nameCount) entries name it: more than a count holds" : "should be \(facts.nameCount)"
        let words = "\(counted(facts.links, "link")), \(expected)"
        try findings.add(Finding(rule: .wrongLinkCount, inode: inode, facts: words))
      }
    }
    try report(.inodeUnattached, unattached)
  }

  /// One finding for each inode; or one for all, where other damage may be the cause.
  private mutating func report(_ rule: Rule, _ inodes: [UInt32]) throws(CheckStopped) {
    if hasLostEntries, !inodes.isEmpty {
      let words = "\(counted(inodes.count, "inode")), perhaps for the damage found: \(inodes.words)"
      try findings.add(Finding(rule: rule, facts: words))
    } else {
      for inode in inodes { try findings.add(Finding(rule: rule, inode: inode, facts: "")) }
    }
  }

  /// Says which blocks two directories have, or a directory and the file system itself.
  fileprivate mutating func checkClaims() throws(CheckStopped) {
    for blocks in volume.metadataBlocks() { claims.add(blocks, owner: 0) }
    for conflict in claims.conflicts() {
      let (first, second) = conflict.owners
      let other = first == 0 ? "the file system's own tables" : "directory inode \(first)"
      let blocks =
        conflict.blocks.count == 1
        ? "block \(conflict.blocks.lowerBound)"
        : "blocks \(conflict.blocks.lowerBound) to \(conflict.blocks.upperBound - 1)"
      try findings.add(
        Finding(rule: .blockShared, inode: second, facts: "physical \(blocks), with \(other)"))
    }
  }
}

extension InodeFacts {
  init(_ inode: ScannedInode, superblock: Superblock) {
    links = inode.links
    type = FileType(mode: inode.mode)
    if inode.isInBitmap { flags.insert(.isInBitmap) }
    let isReserved = inode.number < superblock.firstInode && inode.number != Inode.root
    if inode.holdsAttribute { flags.insert(.holdsAttribute) }
    if isReserved || superblock.isReservedForFileSystem(inode.number) || inode.holdsAttribute {
      flags.insert(.isReservedForFileSystem)
    }
  }
}

extension ClosedRange<UInt32> {
  fileprivate var words: String {
    lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}

extension Array<UInt32> {
  /// Numbers in increasing order, neighbours as ranges: "12, 15 to 18".
  fileprivate var words: String {
    var ranges: [Range<UInt32>] = []
    for number in self { ranges.appendMerging(number..<number + 1) }
    return ranges.map { ClosedRange($0).words }.joined(separator: ", ")
  }
}
