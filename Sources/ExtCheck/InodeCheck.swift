import Basics
import ExtVolume
import FolioCore

/// Looks at each inode in use as it is scanned, and at the blocks that judging it takes once all are known.
///
/// What it finds goes to the census as flags: what is wrong is said where an entry names the inode.
struct InodeCheck {
  private let volume: Volume
  private let superblock: Superblock
  private let zone: SystemZone
  /// Symbolic links whose targets stand in blocks, and those blocks.
  private var links: [(block: BlockNumber, inode: InodeNumber)] = []
  /// Blocks of extended attributes, whose values may stand in inodes of their own.
  private var attributeBlocks: Set<BlockNumber> = []
  /// Inodes that attributes refer to, in use or not.
  private var valueInodes: Set<InodeNumber> = []
  /// Whether there may be attributes that nobody could read.
  private var hasUnknownAttributes = false

  /// - Parameter zone: the blocks that are the file system's own.
  init(_ volume: Volume, zone: SystemZone) {
    self.volume = volume
    superblock = volume.superblock
    self.zone = zone
  }

  /// Takes an inode in use.
  mutating func add(_ scanned: ScannedInode, _ bytes: RawSpan, to census: inout InodeCensus) {
    var facts = InodeFacts(scanned, superblock: superblock)
    let inode = Inode(number: scanned.number, bytes: bytes, superblock: superblock)
    if !facts.flags.contains(.isReservedForFileSystem) {
      if inode.isEncrypted { facts.flags.insert(.isEncrypted) }
      let damage = volume.damage(of: inode, bytes, outside: zone)
      if !damage.isEmpty || inode.missingFeature(superblock) != nil {
        facts.flags.insert(.hasDamage)
      } else if facts.type == .symlink, !inode.hasInlineData, !inode.hasTargetInside(superblock),
        let block = BlockMapReader.read(inode, on: volume).physical(of: 0)
      {
        links.append((block, inode.number))
      }
    }
    census.add(scanned.number, facts)
    guard superblock.hasAttributeInodes else { return }
    note(ExtendedAttributes(inode: bytes))
    if inode.attributeBlock != 0 { attributeBlocks.insert(inode.attributeBlock) }
  }

  /// Looks at targets and attributes that stand in blocks, in the order of the disk.
  mutating func finish(_ census: inout InodeCensus, _ findings: inout Findings) throws(CheckStopped) {
    links.sort { ($0.block, $0.inode) < ($1.block, $1.inode) }
    var inodes = InodeTable(volume)
    for link in links {
      do throws(VolumeError) {
        let inode = try inodes.inode(link.inode)
        if try inodes.isWholeTarget(ofLink: inode, on: volume) { continue }
      } catch {
        // What it is, is found out again where an entry names the link.
      }
      census[link.inode].flags.insert(.hasDamage)
    }
    links = []
    for block in attributeBlocks.sorted() {
      do throws(VolumeError) {
        let bytes = try volume.readBlock(block)
        note(ExtendedAttributes(block: bytes.raw))
      } catch {
        try findings.add(Finding(rule: .blockUnreadable, facts: .attributes(error)))
        hasUnknownAttributes = true
      }
    }
    for inode in valueInodes where census[inode].isInUse { census[inode].flags.insert(.isReferredTo) }
    census.hasUnknownAttributes = hasUnknownAttributes
    (attributeBlocks, valueInodes) = ([], [])
  }

  /// Notes which inodes attributes refer to.
  private mutating func note(_ attributes: ExtendedAttributes) {
    if attributes.breaksOff { hasUnknownAttributes = true }
    for attribute in attributes.all where attribute.valueInode > 0 {
      if attribute.valueInode <= superblock.lastInode { valueInodes.insert(attribute.valueInode) }
    }
  }
}

extension Inode {
  /// What it has that the file system has no feature for: e2fsck complains, kernels take it as it is. Nil for nothing.
  func missingFeature(_ superblock: Superblock) -> MissingFeature? {
    if hasExtents, !superblock.takesExtents { return .extents }
    if hasInlineData, !superblock.takesInlineData { return .inlineData }
    if attributeBlock != 0, !superblock.takesAttributes { return .attributes(block: attributeBlock) }
    return unreadAttributeBlockHigh != 0 ? .attributeBlockHigh(UInt32(unreadAttributeBlockHigh)) : nil
  }
}

/// Inodes, as far as entries that name them are judged by them.
struct NamedInodes: ~Copyable {
  private let volume: Volume
  private let zone: SystemZone
  private var inodes: InodeTable
  private var attributeBlocks: AttributeBlocks
  /// Inodes whose places in the tables are bad blocks, as inode 1 lists them.
  private let inBadBlocks: RangeSet<InodeNumber>
  private let hasBadBlocks: Bool

  /// - Parameter zone: the blocks that are the file system's own.
  init(_ volume: Volume, zone: SystemZone) {
    self.volume = volume
    self.zone = zone
    attributeBlocks = AttributeBlocks(volume)
    var inodes = InodeTable(volume)
    inBadBlocks = Self.inodesInBadBlocks(volume, &inodes)
    hasBadBlocks = !inBadBlocks.isEmpty
    self.inodes = inodes
  }

  // Asked of every entry; most disks have none.
  func isInBadBlock(_ number: InodeNumber) -> Bool { hasBadBlocks && inBadBlocks.contains(number) }

  /// What is wrong with inode `number`.
  mutating func damage(of number: InodeNumber) -> [NamedInodeDamage] {
    var found: [NamedInodeDamage] = []
    do throws(VolumeError) {
      let inode = try inodes.inode(number)
      for damage in try inodes.damage(of: inode, outside: zone) where !isOfMap(damage, inode) {
        found.append(.damage(damage))
      }
      if found.isEmpty, inode.attributes.fileType == .symlink,
        !(try inodes.isWholeTarget(ofLink: inode, on: volume))
      {
        found.append(.target(byteCount: inode.attributes.byteCount))
      }
      if found.isEmpty, let feature = inode.missingFeature(volume.superblock) {
        found.append(.missingFeature(feature))
      }
    } catch {
      found.append(.unreadable(error))
    }
    return found
  }

  /// Whether it is the map of a directory's blocks that is damaged, whose blocks and nodes the walk reports.
  private func isOfMap(_ damage: InodeDamage, _ inode: Inode) -> Bool {
    guard inode.isDirectory else { return false }
    return switch damage {
    case .block, .extent, .size: true
    case .extentNode: !BlockMapReader.read(inode, on: volume).isSound
    default: false
    }
  }

  /// Whether inode `number`, which says that it is encrypted, has no encryption context that can be read; nil where it has.
  mutating func contextDamage(of number: InodeNumber) -> EncryptionDamage? {
    switch encryptionPolicy(of: number) {
    case .missing: .noContext
    case .damaged: .damagedContext
    case .unknown, .policy: nil
    }
  }

  /// What doesn't fit where an entry of an encrypted directory names an inode; nil where all does.
  ///
  /// Mirrors `fscrypt_has_permitted_context()`.
  ///
  /// - Parameter expected: the policy of the directory.
  mutating func misfit(of number: InodeNumber, _ facts: InodeFacts, in expected: EncryptionPolicy)
    -> EncryptionDamage?
  {
    guard facts.flags.contains(.isEncrypted) else {
      let mayBe: Set<FileType> = [.regular, .directory, .symlink]
      return mayBe.contains(facts.type) ? .isPlain : nil
    }
    let policy = encryptionPolicy(of: number)
    if policy == .missing || policy == .damaged || policy == expected { return nil }
    return .otherPolicy
  }

  /// By which policy inode `number` is encrypted, which says that it is.
  mutating func encryptionPolicy(of number: InodeNumber) -> EncryptionPolicy {
    do throws(VolumeError) {
      let bytes = try inodes.bytes(of: number)
      let policy = EncryptionPolicy(in: ExtendedAttributes(inode: bytes.raw), bytes.raw)
      let block = try inodes.inode(number).attributeBlock
      guard policy == .missing, block != 0 else { return policy }
      return try attributeBlocks.contents(of: block, &inodes).policy
    } catch {
      // A context that can't be read is none that serves.
      return .damaged
    }
  }

  /// How many blocks `i_blocks` counts for values of attributes that stand in inodes of their own.
  mutating func attributeInodeBlockCount(of inode: Inode) throws(VolumeError) -> UInt64 {
    guard volume.superblock.hasAttributeInodes else { return 0 }
    let bytes = try inodes.bytes(of: inode.number)
    let inside = try AttributeValues(ExtendedAttributes(inode: bytes.raw), on: volume, &inodes)
    var count = inside.blockCount(for: inode)
    if inode.attributeBlock != 0 {
      count += try attributeBlocks.contents(of: inode.attributeBlock, &inodes).values.blockCount(for: inode)
    }
    return count
  }

  /// Mirrors the bad blocks that e2fsck's `process_bad_block()` finds in inode tables.
  private static func inodesInBadBlocks(_ volume: Volume, _ inodes: inout InodeTable) -> RangeSet<InodeNumber>
  {
    var found = RangeSet<InodeNumber>()
    var bad: [Range<BlockNumber>]
    do throws(VolumeError) {
      // Its size isn't kept up to date: all of its map counts.
      let inode = try inodes.inode(InodeNumber.badBlocks)
      bad = BlockMapReader.read(inode, on: volume, through: volume.superblock.byteCount).runs.compactMap {
        run in
        guard case .mapped(let block) = run.contents else { return nil }
        return block..<block + UInt64(run.logical.count)
      }
    } catch {
      // The census says that its table can't be read.
      return found
    }
    guard !bad.isEmpty else { return found }
    // They are apart: a map has no block twice.
    bad.sort { $0.lowerBound < $1.lowerBound }
    let perBlock = UInt64(max(1, volume.superblock.blockSize.byteCount / volume.superblock.inodeSize))
    let inodeCount = UInt64(volume.superblock.inodeCount)
    // InodeScan doesn't read tables that overlap others, and each of those could hold all bad blocks.
    let shared = InodeScan.groupsWithSharedTables(volume)
    for group in 0..<volume.groupCount where !shared.contains(group) {
      let table = volume.tables(ofGroup: group).inodeTable
      let first = UInt64(group) * UInt64(volume.superblock.inodesPerGroup) + 1
      let end = min(inodeCount + 1, first + UInt64(volume.superblock.inodesPerGroup))
      guard let start = bad.firstOverlapping(table) else { continue }
      for blocks in bad[start...].prefix(while: { $0.lowerBound < table.upperBound }) {
        let part = blocks.clamped(to: table)
        let range =
          (part.lowerBound - table.lowerBound) * perBlock..<(part.upperBound - table.lowerBound) * perBlock
        let inodes = (first + range.lowerBound..<first + range.upperBound).clamped(to: min(first, end)..<end)
        if !inodes.isEmpty {
          found.insert(contentsOf: InodeNumber(inodes.lowerBound)..<InodeNumber(inodes.upperBound))
        }
      }
    }
    return found
  }
}
