import Basics
import ExtVolume
import FolioCore

/// What was looked at, for the summary.
package struct VerifyCounts {
  package var directories = 0
  package var blocks = 0
  /// In use or not.
  package var records = 0
  package var entries = 0
  package var crossingRecords = 0
}

/// Checks directories as they are walked, entry by entry.
///
/// One for all directories of an image. What it learns of each inode goes to the census; findings go out at once, with
/// the path by which the directory was reached.
struct DirectoryCheck: ~Copyable {
  let volume: Volume
  var census: InodeCensus
  var findings: Findings
  var claims = BlockClaims()
  let crossCheck: CrossCheckThread
  private let plan: ReadPlan
  var counts = VerifyCounts()
  /// Whether something may be lost that entries name: a damaged record, a block that can't be read.
  var hasLostEntries = false
  /// What can be judged only at the end.
  var ledger = LinkLedger()

  private let superblock: Superblock
  private var named: NamedInodes
  private var current: CurrentDirectory
  /// The directory being read and those it is in, from the root down.
  private var open: [InodeNumber] = []
  private var names = NameCheck()

  init(
    _ volume: Volume, census: consuming InodeCensus, zone: SystemZone, findings: consuming Findings,
    crossCheck: CrossCheckThread, plan: ReadPlan
  ) {
    self.volume = volume
    superblock = volume.superblock
    named = NamedInodes(volume, zone: zone)
    self.census = census
    self.findings = findings
    self.crossCheck = crossCheck
    self.plan = plan
    current = CurrentDirectory(FoundDirectory(inode: 0, path: []), parent: nil)
  }

  // MARK: A directory

  /// Whether the place of inode `number` is a bad block: nobody misses its names.
  func isInBadBlock(_ number: InodeNumber) -> Bool { named.isInBadBlock(number) }

  /// Checks `root`, and all directories that it leads to.
  mutating func walk(
    from root: FoundDirectory, by reader: inout DirectoryReader, inodes: inout InodeTable
  ) throws(CheckStopped) {
    var walk = TreeWalk(from: root)
    while let directory = walk.next() {
      plan.prepareIfNeeded(for: directory.inode, then: walk.waiting, inodes: &inodes) { _ in }
      let children = try check(directory, by: &reader, inodes: &inodes)
      for second in walk.add(children) { try report(directory.damage(secondName: second)) }
    }
  }

  /// Checks one directory. Returns those in it that are to be walked too.
  private mutating func check(
    _ directory: FoundDirectory, by reader: inout DirectoryReader, inodes: inout InodeTable
  ) throws(CheckStopped) -> [FoundDirectory] {
    try begin(directory)
    reader.begin(directory, inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .blocks(let blocks, let inode): try begin(blocks, of: inode)
      case .block(let place, let head): try begin(place, head: head)
      case .entries(var entries):
        let place = entries.place
        while let record = entries.next() {
          try visit(Entry(record: record, place: place), entries.name(of: record), entries.encryptedName)
        }
      case .blockEnd(let place, let recordCount): try end(place, recordCount: recordCount)
      case .damage(let damage): try report(damage)
      }
    }
    return try end(inodes: &inodes)
  }

  private mutating func begin(_ directory: FoundDirectory) throws(CheckStopped) {
    let isRoot = directory.inode == .root
    let parent = census[directory.inode].parent
    current = CurrentDirectory(directory, parent: isRoot ? InodeNumber.root : parent == 0 ? nil : parent)
    counts.directories += 1
    names.begin()
    while let last = open.last, isRoot || last != parent {
      census[last].flags.remove(.isOpen)
      open.removeLast()
    }
    open.append(directory.inode)
    census[directory.inode].flags.formUnion([.isOpen, .isWalked])
    if census[directory.inode].flags.contains(.isEncrypted) {
      let policy = named.encryptionPolicy(of: directory.inode)
      current.encryptionPolicy = policy == .missing || policy == .damaged ? nil : policy
    }
    // No entry names the root but its own.
    if isRoot, census[directory.inode].flags.contains(.hasDamage) {
      for damage in named.damage(of: directory.inode) { try report(damage.rule, .ownInode(damage)) }
    }
    let part = 0.2 + 0.8 * min(1, Double(counts.entries) / Double(max(1, census.inUseCount)))
    findings.progress(
      CheckProgress(part: part, directoryCount: counts.directories, entryCount: counts.entries))
  }

  private mutating func begin(_ blocks: BlockMap, of directory: Inode) throws(CheckStopped) {
    current.inode = directory
    current.isCasefolded = directory.isCasefolded
    current.blocks = blocks
    for run in blocks.runs {
      guard case .mapped(let physical) = run.contents else { continue }
      claims.add(physical..<physical + UInt64(run.logical.count), owner: directory.number)
    }
    for node in blocks.nodes { claims.add(node..<node + 1, owner: directory.number) }
    for blocks in blocks.preallocated { claims.add(blocks, owner: directory.number) }
    // Names of 16 bytes on average, and no more of them than there are inodes: what is too little grows.
    if blocks.mappedCount > 4 {
      let byteCount = superblock.blockSize.byteCount(of: blocks.mappedCount) ?? .max
      names.reserve(min(census.inUseCount, Int(clamping: byteCount / 24)))
    }
    if blocks.isSound { crossCheck.compare(directory, path: current.found.path, blocks: blocks) }
    guard directory.isHashed else { return }
    if superblock.hasHashedDirectories {
      let tree = HashTree(directory, blocks: blocks, on: volume)
      current.leaves = LeafCheck(directory, tree)
      for damage in tree.damage {
        let block = blocks.physical(of: damage.logical).map {
          BlockPlace(logical: damage.logical, physical: $0)
        }
        try report(damage.rule, block: block, damage.facts.isEmpty ? nil : .index(damage.facts))
      }
    } else if !superblock.hasChecksums {
      // With checksums no kernel reads it: that is said where an entry names it.
      try report(.htreeWithoutFeature)
    }
  }

  private mutating func end(inodes: inout InodeTable) throws(CheckStopped) -> [FoundDirectory] {
    try checkSizes(&inodes)
    try reportZeroBlocks()
    try reportRepeatedNames(&inodes)
    try reportPortability()
    if current.isDamaged { crossCheck.disregard(current.found.inode) } else { noteLinks() }
    return current.children
  }

  private mutating func noteLinks() {
    // Its name or, for the root, its own "..", its ".", and the ".." of each directory in it.
    let expected = 2 + current.subdirectoryCount
    let links = Int(census[current.found.inode].links)
    // 1 stands for too many to count, and in a hashed directory it stays when there are fewer again.
    let isHashed = current.inode?.isHashed == true && superblock.hasHashedDirectories
    if links == 1, isHashed || expected > LinkLedger.mostLinks { return }
    ledger.noteLinks(of: current.found, found: links, expected: expected)
  }

  private mutating func reportRepeatedNames(_ inodes: inout InodeTable) throws(CheckStopped) {
    let repeated: [(entry: Entry, name: [UInt8], other: [UInt8])]
    do throws(VolumeError) {
      repeated = try names.repeatedNames(
        of: current.found.inode, casefolded: current.inode, on: volume, &inodes)
    } catch {
      return try report(.nameTwice, .repeatedNames(count: names.suspectCount, error))
    }
    for (entry, name, other) in repeated {
      try report(.nameTwice, entry, name.raw, name == other ? nil : .foldedAs(other))
    }
  }

  private mutating func reportZeroBlocks() throws(CheckStopped) {
    guard let (count, first) = current.zeroBlocks else { return }
    let (_, offset, facts, _) = first.finding(isIndexBlock: false)
    let all = count == 1 ? facts : facts.map { .repeated($0, others: count - 1) }
    try report(.beginsWithZeroes, block: first.block, offset: offset, all)
  }

  private mutating func reportPortability() throws(CheckStopped) {
    if let (count, first) = current.zeroLengths {
      try report(.zeroRecordLength, block: first, offset: 0, .zeroRecordLength(blockCount: count))
    }
    if let (count, first) = current.typesWithoutFeature {
      try report(
        .typeWithoutFeature, block: first.block, offset: first.offset, .types(recordCount: count))
    }
  }

  private mutating func checkSizes(_ inodes: inout InodeTable) throws(CheckStopped) {
    let (inode, data): (Inode, InlineData?)
    do throws(VolumeError) {
      inode = try inodes.inode(current.found.inode)
      data = inode.hasInlineData ? try inodes.inlineData(of: inode) : nil
    } catch {
      // The reader has said that it can't be read.
      return
    }
    guard inode.isDirectory else { return }
    let check = SizeCheck(
      inode, blocks: current.blocks, data: data, superblock: superblock, named: &named)
    for (rule, facts) in check.broken { try report(rule, facts) }
  }

  // MARK: Blocks

  private mutating func begin(_ block: BlockPlace, head: RawSpan) throws(CheckStopped) {
    counts.blocks += 1
    let rawLength = head.littleEndian(at: 4, as: UInt16.self)
    if superblock.blockSize.byteCount == 65536, rawLength == 0 {
      let first = current.zeroLengths?.first ?? block
      current.zeroLengths = ((current.zeroLengths?.count ?? 0) + 1, first)
    }
    guard block.logical == 0 else { return }
    for broken in current.dots.begin(head, blockSize: superblock.blockSize.byteCount) {
      try report(broken.rule, block: block, offset: broken.offset, broken.facts)
    }
  }

  private mutating func end(_ block: BlockPlace, recordCount: Int) throws(CheckStopped) {
    counts.records += recordCount
    guard block.logical == 0, !current.isDamaged else { return }
    for missing in current.dots.missing {
      try report(missing.rule, block: block, offset: missing.offset, missing.facts)
    }
  }

  // MARK: Entries

  /// - Parameter shown: the name as paths have it.
  private mutating func visit(
    _ entry: Entry, _ shown: RawSpan, _ encryptedName: EncryptedName?
  ) throws(CheckStopped) {
    counts.entries += 1
    if entry.crossesPage { counts.crossingRecords += 1 }
    if let encryptedName {
      try visit(entry, encryptedName.cipherText.raw, shown: shown)
    } else if shown[byteAt: 0] == UInt8(ascii: "."), DotName.matches(shown) {
      try checkDot(entry, isDouble: shown.byteCount == 2)
    } else {
      try visit(entry, shown, shown: shown)
    }
  }

  /// - Parameters:
  ///   - name: as it stands on disk.
  ///   - shown: as paths have it.
  private mutating func visit(_ entry: Entry, _ name: RawSpan, shown: RawSpan) throws(CheckStopped) {
    // An inode is large: what is asked of it for each entry is kept apart.
    let hash =
      current.isCasefolded ? NameTable.hash(name, in: current.inode, on: volume) : NameTable.hash(name)
    names.take(hash)
    if let facts = current.leaves?.take(entry, name, on: volume) {
      try report(.htreeLeafBounds, entry, shown, facts)
    }
    if current.isCasefolded, let inode = current.inode, !volume.isValid(name: name, in: inode) {
      try report(.nameNotInEncoding, entry, shown)
    }
    try check(entry, name: shown)
  }

  private mutating func checkDot(_ entry: Entry, isDouble: Bool) throws(CheckStopped) {
    let place = RecordPlace(block: entry.block, offset: entry.offset)
    if saysOtherType(entry, than: .directory) {
      try report(.typeMismatch, at: place, .dotType(isDouble ? .double : .single, entry.typeCode))
    }
    let (broken, isDotDot) = current.dots.take(entry, isDouble: isDouble, in: current.found.inode)
    for broken in broken { try report(broken.rule, at: place, broken.facts) }
    if isDotDot, entry.inode != current.parent {
      ledger.noteDotDot(of: current.found, naming: entry.inode, at: place)
    }
  }

  private mutating func check(_ entry: Entry, name: RawSpan) throws(CheckStopped) {
    let number = entry.inode
    guard number >= superblock.firstInode || number == .root else {
      return try report(.inodeReserved, entry, name)
    }
    var facts = census[number]
    guard facts.isInUse else {
      // What can't be read has been said, and may be in use.
      guard census.isUnknown(number) else { return try report(.inodeUnused, entry, name) }
      hasLostEntries = true
      current.isDamaged = true
      return
    }
    if !facts.flags.contains(.isInBitmap) { try report(.inodeFree, entry, name) }
    try checkType(entry, name, facts)
    if named.isInBadBlock(number) { try report(.inodeInBadBlock, entry, name) }
    if facts.flags.contains(.holdsAttribute) {
      try report(.inodeUnusable, entry, name, .inode(.damage(.holdsAttribute)))
    }
    if facts.flags.contains(.hasDamage), facts.nameCount == 0 {
      for damage in named.damage(of: number) { try report(damage.rule, entry, name, .inode(damage)) }
    }
    if facts.flags.contains(.isEncrypted), facts.nameCount == 0, let damage = named.contextDamage(of: number)
    {
      try report(.encryptionPolicy, entry, name, .inode(.encryption(damage)))
    }
    if let expected = current.encryptionPolicy, let damage = named.misfit(of: number, facts, in: expected) {
      try report(.encryptionPolicy, entry, name, .inode(.encryption(damage)))
    }
    facts.nameCount &+= 1
    if facts.nameCount == 1 { facts.parent = current.found.inode }
    defer { census[number] = facts }
    guard facts.type == .directory else { return }
    if facts.flags.contains(.isOpen) {
      try report(.directoryCycle, entry, name)
    } else if facts.nameCount > 1 {
      ledger.noteFurtherName(of: number, in: current.found.inode)
      try report(.directorySecondName, entry, name, .otherName(in: facts.parent))
    } else {
      current.subdirectoryCount += 1
      if !facts.flags.contains(.isWalked) {
        facts.flags.insert(.isWalked)
        current.children.append(current.found.child(number, name: name))
      }
    }
  }

  private mutating func checkType(_ entry: Entry, _ name: RawSpan, _ facts: InodeFacts) throws(CheckStopped) {
    if facts.type == .unknown {
      return try report(.typeMismatch, entry, name, .untyped)
    }
    guard saysOtherType(entry, than: facts.type) else { return }
    try report(.typeMismatch, entry, name, .types(record: entry.type, inode: facts.type))
  }

  /// Whether a record has a type that isn't `type`. Notes types where there should be none.
  private mutating func saysOtherType(_ entry: Entry, than type: FileType) -> Bool {
    // 0 says that the type is unknown, which every kernel takes for what it is.
    guard entry.typeCode != 0, superblock.recordsNameTypes else {
      if entry.typeCode != 0 {
        let first =
          current.typesWithoutFeature?.first ?? RecordPlace(block: entry.block, offset: entry.offset)
        current.typesWithoutFeature = ((current.typesWithoutFeature?.count ?? 0) + 1, first)
      }
      return false
    }
    return entry.typeCode != type.rawValue
  }

  // MARK: Damage

  private mutating func report(_ damage: DirectoryDamage) throws(CheckStopped) {
    let (rule, offset, facts, losesEntries) = damage.finding(isIndexBlock: isIndexBlock(damage.block))
    if losesEntries {
      current.isDamaged = true
      hasLostEntries = true
    }
    guard let rule else { return }
    if rule == .beginsWithZeroes {
      // A directory may have a hundred thousand of them in a row.
      current.zeroBlocks = ((current.zeroBlocks?.count ?? 0) + 1, current.zeroBlocks?.first ?? damage)
      return
    }
    try report(rule, block: damage.block, offset: offset, facts)
    // The record is whole all the same: what it names is named.
    switch damage.kind {
    case .implausible(let entry, let name, _): try check(entry, name: name.raw)
    case .notEncrypted(let entry, let name) where name.raw.holdsNULOrSlash: try check(entry, name: name.raw)
    default: break
    }
  }

  private func isIndexBlock(_ block: BlockPlace?) -> Bool {
    guard let block else { return false }
    return current.leaves?.isIndexBlock(block.logical) == true
  }

  // MARK: Findings

  private mutating func report(
    _ rule: Rule, _ entry: Entry, _ name: RawSpan, _ facts: Finding.EntryFacts? = nil
  ) throws(CheckStopped) {
    try report(
      rule, block: entry.block, offset: entry.offset,
      .entry(name: [UInt8](copying: name), inode: entry.inode, facts))
  }

  private mutating func report(
    _ rule: Rule, at place: RecordPlace, _ facts: Finding.Facts?
  ) throws(CheckStopped) {
    try report(rule, block: place.block, offset: place.offset, facts)
  }

  private mutating func report(
    _ rule: Rule, block: BlockPlace? = nil, offset: Int? = nil, _ facts: Finding.Facts? = nil
  ) throws(CheckStopped) {
    try findings.add(
      Finding(
        rule: rule, path: current.found.path.shownPath, inode: current.found.inode, block: block,
        offset: offset, facts: facts))
  }
}

extension BlockMap {
  /// Whether all blocks of the directory can be found.
  var isSound: Bool {
    damage.isEmpty && runs.allSatisfy { if case .mapped = $0.contents { true } else { false } }
  }
}
