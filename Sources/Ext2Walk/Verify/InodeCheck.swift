import FolioCore

/// Looks at each inode in use as it is scanned, and at the blocks that judging it takes once all are known.
///
/// What it finds goes to the census as flags: what is wrong is said where an entry names the inode.
struct InodeCheck {
  private let volume: Volume
  /// Symbolic links whose targets stand in blocks, and those blocks.
  private var links: [(block: UInt64, inode: UInt32)] = []
  /// Blocks of extended attributes, whose values may stand in inodes of their own.
  private var attributeBlocks: Set<UInt64> = []

  init(_ volume: Volume) {
    self.volume = volume
  }

  /// Takes an inode in use.
  mutating func add(_ scanned: ScannedInode, _ bytes: RawSpan, to census: inout InodeCensus) {
    var facts = InodeFacts(scanned, superblock: volume.superblock)
    let inode = Inode(number: scanned.number, bytes: bytes, superblock: volume.superblock)
    if !facts.flags.contains(.isOwn) {
      if inode.isEncrypted { facts.flags.insert(.isEncrypted) }
      let damage = volume.damage(of: inode, bytes)
      if !damage.isEmpty || inode.lacksFeature(volume.superblock) != nil {
        facts.flags.insert(.hasDamage)
      } else if facts.type == .symlink, !inode.hasInlineData, !inode.hasTargetInside,
        let block = BlockMap.read(inode, on: volume).physical(of: 0)
      {
        links.append((block, inode.number))
      }
    }
    census.add(scanned.number, facts)
    guard volume.superblock.hasAttributeInodes else { return }
    note(ExtendedAttributes(inode: bytes), in: &census)
    if inode.attributeBlock != 0 { attributeBlocks.insert(inode.attributeBlock) }
  }

  /// Looks at targets and attributes that stand in blocks, in the order of the disk.
  mutating func finish(_ census: inout InodeCensus, _ findings: inout Findings) throws(OutputError) {
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
        note(ExtendedAttributes(block: bytes.raw), in: &census)
      } catch {
        try findings.add(Finding(rule: .blockUnreadable, facts: "extended attributes: \(error)"))
        census.hasUnknownAttributes = true
      }
    }
    attributeBlocks = []
  }

  /// Notes which inodes attributes refer to.
  private func note(_ attributes: ExtendedAttributes, in census: inout InodeCensus) {
    if attributes.breaksOff { census.hasUnknownAttributes = true }
    for attribute in attributes.all {
      let inode = attribute.valueInode
      guard inode > 0, inode <= volume.superblock.inodeCount else { continue }
      census[inode].flags.insert(.isReferredTo)
    }
  }
}

extension Inode {
  /// What it has that the file system has no feature for: e2fsck complains, kernels take it as it is. Nil for nothing.
  func lacksFeature(_ superblock: Superblock) -> String? {
    if hasExtents, !superblock.takesExtents {
      return "it has extents, and the file system no `extent` feature"
    }
    if hasInlineData, !superblock.takesInlineData {
      return "it has its contents in itself, and the file system no `inline_data` feature"
    }
    if attributeBlock != 0, !superblock.takesAttributes {
      return
        "it has extended attributes in block \(attributeBlock), and the file system no `ext_attr` feature"
    }
    if unreadAttributeBlockHigh != 0 {
      return "i_file_acl_high is \(unreadAttributeBlockHigh), and the file system has no `64bit` feature"
    }
    return nil
  }
}

/// Inodes, as far as entries that name them are judged by them.
struct NamedInodes: ~Copyable {
  private let volume: Volume
  private var inodes: InodeTable
  /// Inodes whose places in the tables are bad blocks (inode 1 lists those), apart and in order.
  private let inBadBlocks: RangeSet<UInt32>
  private let hasBadBlocks: Bool

  init(_ volume: Volume) {
    self.volume = volume
    var inodes = InodeTable(volume)
    inBadBlocks = Self.inodesInBadBlocks(volume, &inodes)
    hasBadBlocks = !inBadBlocks.isEmpty
    self.inodes = inodes
  }

  // Asked of every entry; most disks have none.
  func isInBadBlock(_ number: UInt32) -> Bool { hasBadBlocks && inBadBlocks.contains(number) }

  /// What is wrong with inode `number`; in a kernel's words where one has some.
  mutating func damage(of number: UInt32) -> [(rule: Rule, kernelWording: String?, facts: String)] {
    var found: [(rule: Rule, kernelWording: String?, facts: String)] = []
    do throws(VolumeError) {
      let inode = try inodes.inode(number)
      for damage in try inodes.damage(of: inode) where !inode.isDirectory || !damage.isOfMap {
        found.append((.inodeUnusable, damage.kernelWording, damage.kernelWording == nil ? damage.words : ""))
      }
      if let words = inode.lacksFeature(volume.superblock) { found.append((.featureMissing, nil, words)) }
      if found.isEmpty, inode.attributes.fileType == .symlink,
        !(try inodes.isWholeTarget(ofLink: inode, on: volume))
      {
        let words = "its target isn't \(inode.attributes.byteCount) bytes long, as its inode says"
        found.append((.inodeUnusable, nil, words))
      }
    } catch {
      found.append((.inodeUnusable, nil, error.reason))
    }
    return found
  }

  /// What doesn't fit where an entry of a directory names an inode, or where an inode is encrypted; nil where all does.
  ///
  /// Mirrors `fscrypt_has_permitted_context()`, and what e2fsck's pass 1 asks of every encrypted inode.
  ///
  /// - Parameter expected: the policy of the directory; nil where it isn't encrypted or doesn't say by which.
  mutating func misfit(of number: UInt32, _ facts: InodeFacts, in expected: EncryptionPolicy?) -> String? {
    guard facts.flags.contains(.isEncrypted) else {
      let mayBe: Set<FileType> = [.regular, .directory, .symlink]
      return expected != nil && mayBe.contains(facts.type)
        ? "it isn't encrypted, and its directory is" : nil
    }
    let policy = encryptionPolicy(of: number)
    switch policy {
    case .missing: return "it is encrypted, and has no encryption context"
    case .damaged: return "its encryption context is damaged"
    case .unknown, .policy:
      return expected == nil || expected == policy
        ? nil : "it is encrypted by another policy than its directory"
    }
  }

  /// By which policy inode `number` is encrypted, which says that it is.
  mutating func encryptionPolicy(of number: UInt32) -> EncryptionPolicy {
    do throws(VolumeError) {
      return try inodes.encryptionPolicy(of: try inodes.inode(number), on: volume)
    } catch {
      // A context that can't be read is none that serves.
      return .damaged
    }
  }

  /// Mirrors the bad blocks that e2fsck's `process_bad_block()` finds in inode tables.
  private static func inodesInBadBlocks(_ volume: Volume, _ inodes: inout InodeTable) -> RangeSet<UInt32> {
    var found = RangeSet<UInt32>()
    var bad: [Range<UInt64>]
    do throws(VolumeError) {
      // Nobody keeps its size.
      let inode = try inodes.inode(Inode.badBlocks)
      bad = BlockMap.read(inode, on: volume, through: volume.declaredByteCount).runs.compactMap { run in
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
    let perBlock = UInt64(max(1, volume.superblock.blockSize / volume.superblock.inodeSize))
    // Nobody reads those that lie over each other; and they could each have all bad blocks.
    let shared = InodeScan.groupsWithSharedTables(volume)
    for group in 0..<volume.groupCount where !shared.contains(group) {
      let table = volume.tables(ofGroup: group).inodeTable
      let first = UInt64(group) * UInt64(volume.superblock.inodesPerGroup) + 1
      for blocks in bad.overlapping(table) {
        let part = blocks.clamped(to: table)
        let start = first + (part.lowerBound - table.lowerBound) * perBlock
        let end = first + (part.upperBound - table.lowerBound) * perBlock
        let last = min(
          UInt64(volume.superblock.inodeCount), first + UInt64(volume.superblock.inodesPerGroup) - 1)
        guard start <= last else { continue }
        found.insert(contentsOf: UInt32(start)..<UInt32(min(end, last + 1)))
      }
    }
    return found
  }
}

extension Array<Range<UInt64>> {
  /// Those that overlap `range`; they are in order, and apart.
  fileprivate func overlapping(_ range: Range<UInt64>) -> ArraySlice<Range<UInt64>> {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return self[low...].prefix { $0.lowerBound < range.upperBound }
  }
}

extension InodeDamage {
  /// Whether it is the map of blocks that is wrong, which verify checks whole where it is a directory's.
  fileprivate var isOfMap: Bool {
    switch self {
    case .extentNode, .block, .size: true
    default: false
    }
  }
}
