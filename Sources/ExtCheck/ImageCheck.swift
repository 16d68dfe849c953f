import Basics
import ExtMount
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
  /// Whether all blocks of a large image are cross-checked, and not a sample.
  package var isThorough = false

  package init(reading: ReadingOptions = ReadingOptions(), isThorough: Bool = false) {
    self.reading = reading
    self.isThorough = isThorough
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
    // The root is among what is checked; and by a superblock of impossible values nothing else can be judged.
    if volume.superblock.impossibleValues.isEmpty {
      for obstacle in MountCheck.obstacles(of: volume, looksAtRoot: false) {
        try findings.add(Finding(rule: .metadataImplausible, facts: .obstacle(obstacle.reason)))
      }
    }
    var inodes = InodeTable(volume)
    let zone = volume.systemZone(&inodes)
    let census = try takeCensus(of: volume, zone: zone, &findings)
    var reading = options.reading
    reading.checksums = .checked
    var reader = try DirectoryReader(volume, options: reading)
    let plan = ReadPlan(volume, options: reading, needsInodes: false)
    plan.prepare(blocksOf: census.directories) { part in
      findings.progress(CheckProgress(part: 0.2 + 0.1 * part))
    }
    let crossCheck = CrossCheckThread(try CrossCheck(volume, isThorough: options.isThorough))
    // Where findings can't be written the thread would wait for ever.
    defer { crossCheck.cancel() }
    var check = DirectoryCheck(
      volume, census: census, zone: zone, findings: findings, crossCheck: crossCheck, plan: plan)
    try check.walk(from: FoundDirectory(inode: .root, path: []), by: &reader, inodes: &inodes)
    try checkUnreached(&check, &reader, &inodes)
    try check.reportLinks()
    try check.checkUnattached()
    try check.checkClaims()
    let scope = try check.reportVerdicts()
    return VerifySummary(
      counts: check.counts, errorCount: check.findings.errorCount,
      portabilityCount: check.findings.portabilityCount, scope: scope, account: reader.account)
  }

  /// What is to be said of the file system as a whole.
  private static func checkImage(_ volume: Volume, _ findings: inout Findings) throws(CheckStopped) {
    let (held, declared) = (volume.image.byteCount, volume.superblock.byteCount)
    if volume.hasWrongSuperblockChecksum { try findings.add(Finding(rule: .superblockChecksum)) }
    for value in volume.superblock.impossibleValues {
      try findings.add(Finding(rule: .superblockImplausible, facts: .impossible(value)))
    }
    if held < declared {
      try findings.add(Finding(rule: .imageTooShort, facts: .held(held, of: declared)))
    }
    if volume.superblock.blockSize.byteCount > 4096 {
      try findings.add(
        Finding(rule: .blockLargerThanPage, facts: .blockSize(volume.superblock.blockSize.byteCount)))
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
          found.append(Finding(rule: .inodeChecksum, inode: inode.number))
        }
        check.add(inode, bytes, to: &census)
      } miss: { unread in
        found.append(Finding(rule: .inodeTableUnreadable, facts: .unreadInodes(unread, group: group)))
        census.addUnknown(unread.inodes)
      }
      if let failure {
        found.append(Finding(rule: .inodeTableUnreadable, facts: .group(group, failure)))
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
    var tops: [InodeNumber] = []
    var next: InodeNumber = 1
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

extension InodeFacts {
  init(_ inode: ScannedInode, superblock: Superblock) {
    links = inode.links
    type = FileType(mode: inode.mode)
    if inode.isInBitmap { flags.insert(.isInBitmap) }
    let isReserved = inode.number < superblock.firstInode && inode.number != .root
    if inode.holdsAttribute { flags.insert(.holdsAttribute) }
    if isReserved || superblock.isReservedForFileSystem(inode.number) || inode.holdsAttribute {
      flags.insert(.isReservedForFileSystem)
    }
  }
}
