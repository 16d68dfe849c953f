import Basics
import ExtVolume
import FolioCore

/// What is known only once all directories have been walked.
extension DirectoryCheck {
  /// Reports what the cross-check found to differ. Returns what it compared.
  mutating func reportVerdicts() throws(CheckStopped) -> CrossCheck.Scope {
    let (found, scope) = crossCheck.finish()
    for finding in found { try findings.add(finding) }
    return scope
  }

  /// Says which directories of `tops` nothing leads to.
  mutating func report(unreached tops: [InodeNumber]) throws(CheckStopped) {
    var unnamed: [InodeNumber] = []
    for inode in tops {
      guard census[inode].nameCount == 0, !isInBadBlock(inode) else { continue }
      unnamed.append(inode)
      ledger.noteUnnamed(inode)
    }
    try report(.directoryUnreached, unnamed)
  }

  /// Reports what the ledger of links has come to.
  mutating func reportLinks() throws(CheckStopped) {
    for finding in ledger.wrongDotDots(census) { try findings.add(finding) }
    for finding in ledger.wrongLinkCounts { try findings.add(finding) }
  }

  /// Says which inodes in use no entry names, and which have another number of links than names.
  mutating func checkUnattached() throws(CheckStopped) {
    var unattached: [InodeNumber] = []
    var next: InodeNumber = 1
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
        try findings.add(Finding(rule: .inodeUnattached, inode: inode, facts: .attributeOfNobody))
      } else if facts.nameCount == 0 {
        unattached.append(inode)
      } else if !hasLostEntries {
        // e2fsck and kernels stop there, too.
        let (found, entryCount) = (Int(facts.links), Int(facts.nameCount))
        try findings.add(
          Finding(
            rule: .wrongLinkCount, inode: inode,
            facts: entryCount > LinkLedger.mostLinks
              ? .linksOfMany(found, entryCount: entryCount) : .links(found, expected: entryCount)))
      }
    }
    try report(.inodeUnattached, unattached)
  }

  /// One finding for each inode; or one for all, where other damage may be the cause.
  private mutating func report(_ rule: Rule, _ inodes: [InodeNumber]) throws(CheckStopped) {
    if hasLostEntries, !inodes.isEmpty {
      try findings.add(Finding(rule: rule, facts: .inodes(inodes)))
    } else {
      for inode in inodes { try findings.add(Finding(rule: rule, inode: inode)) }
    }
  }

  /// Says which blocks two directories have, or a directory and the file system itself.
  mutating func checkClaims() throws(CheckStopped) {
    for blocks in volume.metadataBlocks() { claims.add(blocks, owner: 0) }
    for conflict in claims.conflicts() {
      let (first, second) = conflict.owners
      try findings.add(
        Finding(rule: .blockShared, inode: second, facts: .sharedBlocks(conflict.blocks, with: first)))
    }
  }
}
