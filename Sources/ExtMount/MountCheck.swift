import Basics
package import ExtVolume
package import FolioCore

/// What a kernel looks at before it has mounted a file system, beside the superblock: where the groups' tables are and
/// their checksums, the inodes that mounting takes, and the head of the journal. What waits in the journal is not looked at.
///
/// Mirrors what `ext4_check_descriptors()`, `ext4_setup_system_zone()`, `ext4_get_journal_inode()`,
/// `ext4_multi_mount_protect()` and `ext4_init_orphan_info()` refuse, and the end of `ext4_fill_super()` and
/// `ext2_fill_super()`.
package struct MountCheck: ~Copyable {
  package let volume: Volume
  package var superblock: Superblock { volume.superblock }
  package var inodes: InodeTable
  /// Where no contents can be: over the groups' tables and the journal.
  package var systemZone: RangeSet<BlockNumber>
  /// Groups of which a table lies over another one: those that ext4 refuses for it, and others.
  private let refusedGroups, otherGroups: [UInt32]
  private var obstacles: [MountObstacle] = []

  /// What can't be.
  ///
  /// - Parameter looksAtRoot: whether the root is looked at too.
  package static func obstacles(of volume: Volume, looksAtRoot: Bool = true) -> [MountObstacle] {
    var check = MountCheck(volume)
    check.checkGroups()
    check.checkMultiMount()
    check.checkJournal()
    if looksAtRoot { check.checkRoot() }
    check.checkOrphanFile()
    check.checkQuotas()
    return check.obstacles
  }

  private init(_ volume: Volume) {
    self.volume = volume
    inodes = InodeTable(volume)
    (systemZone, refusedGroups, otherGroups) = volume.systemZone()
  }

  private mutating func checkGroups() {
    let all = 0..<volume.groupCount
    add(.byAll, all.filter { !volume.hasTablesInPlace(group: $0) }, .tablesOutOfPlace)
    // Unless it is asked not to look where tables are, ext4 refuses two in one place; and for writing all the same.
    let isStrict = !superblock.mountOptions.skipsBlockValidity
    add(isStrict ? .byExt4 : .byExt4ToWrite, refusedGroups, .tablesOverOthers)
    add(.byNone, otherGroups, .tablesOverOthers)
    add(.byExt4ToWrite, all.filter { !volume.hasRightChecksum(group: $0) }, .descriptorChecksum)
  }

  private mutating func add(_ refusal: Refusal, _ groups: [UInt32], _ damage: GroupDamage) {
    guard let first = groups.first else { return }
    obstacles.add(refusal, .groups(first: first, count: groups.count, damage))
  }

  /// Whether the block that says who has mounted it is one.
  private mutating func checkMultiMount() {
    // One that can't be is for the superblock's obstacles.
    guard let block = superblock.multiMountBlock, let position = volume.position(ofBlock: block) else {
      return
    }
    let (magic, ofFsck): (UInt32, UInt32) = (0x004D_4D50, 0xE24D_4D50)
    do throws(VolumeError) {
      let bytes = try volume.readBytes(1024, at: position, of: .block(block))
      if bytes.raw.littleEndian(at: 0) != magic {
        obstacles.add(.byExt4ToWrite, .multiMountBlock(block, .magic))
      } else if !volume.hasRightChecksum(multiMount: bytes.raw) {
        obstacles.add(.byExt4ToWrite, .multiMountBlock(block, .checksum))
      } else if bytes.raw.littleEndian(at: 4) == ofFsck {
        obstacles.add(.byExt4ToWrite, .usedByFsck)
      }
    } catch {
      obstacles.add(.byExt4ToWrite, .multiMountBlock(block, .unreadable(error)))
    }
  }

  private mutating func checkRoot() {
    let name = Name(.root, .root)
    guard let root = inode(name, refusal: .byAll) else { return }
    if !root.isDirectory { return add(.byAll, name, .notDirectory) }
    if root.attributes.byteCount == 0 || root.attributes.blocks512 == 0 {
      return add(.byAll, name, .noContents)
    }
    // ext2 asks for links only where an inode was deleted.
    if root.attributes.links == 0 { return add(.byExt4, name, .noLinks) }
    add(obstacles(of: root) + obstaclesOverTables(of: root, refusal: .byNone), name)
  }

  private mutating func checkJournal() {
    // One that there is no inode for is for the superblock's obstacles.
    guard case .inode(let number) = superblock.journal, number <= superblock.lastInode else { return }
    let name = Name(number, .journal)
    // ext4 protects its blocks whether it is loaded or not, unless it is asked not to.
    let isProtected = !superblock.mountOptions.skipsBlockValidity
    let refusal: Refusal = isProtected ? .byExt4 : .byExt4WithJournal
    guard let inode = inode(name, refusal: refusal) else { return }
    guard inode.attributes.links > 0 else { return add(refusal, name, .notFile) }
    let found = self.obstacles(of: inode)
    for (obstacle, _) in found { add(refusal, name, obstacle) }
    guard found.isEmpty else { return }
    if inode.attributes.fileType != .regular || inode.isEncrypted {
      add(.byExt4WithJournal, name, .notFile)
    }
    let map = BlockMapReader.read(inode, on: volume)
    var stretches: [Range<BlockNumber>] = []
    // Where a stretch would go on.
    var next: BlockNumber = 0
    for run in map.runs {
      let count = UInt64(run.logical.count)
      switch run.contents {
      // What was never written to is there all the same.
      case .hole, .damaged(.neverWritten), .damaged(.unwritten): break
      case .damaged(.blockTwice(let block)):
        // ext4 looks whether a stretch begins in one that it knows, and not whether it goes on there.
        add(block == next ? .byNone : refusal, name, .blockTwice(block))
        next = block + count
      case .damaged(let damage): return add(refusal, name, .blockMap(damage))
      case .mapped(let block):
        stretches.append(block..<block + count)
        next = block + count
      }
    }
    let blocks = RangeSet(stretches)
    if isProtected {
      // Where it isn't loaded only where stretches begin is looked at.
      let ownZone = systemZone
      let beginsInside = stretches.contains { ownZone.contains($0.lowerBound) }
      let isApart = systemZone.isDisjoint(blocks)
      systemZone.formUnion(blocks)
      guard isApart else {
        return add(beginsInside ? .byExt4 : .byExt4WithJournal, name, .ownBlocks)
      }
    }
    guard let position = map.physical(of: 0).flatMap({ volume.position(ofBlock: $0) })
    else { return add(.byExt4WithJournal, name, .journal(.missing)) }
    do throws(VolumeError) {
      let bytes = try volume.readBytes(
        JournalSuperblock.byteCount, at: position, of: .journal)
      let found = JournalSuperblock(bytes).damage(ofByteCount: inode.attributes.byteCount, superblock)
      if let (damage, refusal) = found { add(refusal, name, .journal(damage)) }
    } catch {
      add(.byExt4WithJournal, name, .unreadable(error))
    }
  }

  /// Whether the file that lists orphans is one.
  private mutating func checkOrphanFile() {
    // One that there is no inode for is for the superblock's obstacles.
    guard let number = superblock.orphanFile, number >= .root, number <= superblock.lastInode else {
      return
    }
    let name = Name(number, .orphanFile)
    guard let inode = inode(name, refusal: .byExt4) else { return }
    guard inode.attributes.fileType != .unknown, inode.attributes.links > 0 else {
      return add(.byExt4, name, .notFile)
    }
    // The journal may have the blocks that are its own.
    let isJournal = superblock.journal == .inode(number)
    let over = isJournal ? [] : obstaclesOverTables(of: inode, refusal: .byExt4)
    guard add(obstacles(of: inode) + over, name) else { return }
    // Whole ones.
    let blockCount = superblock.blockSize.wholeBlocks(in: inode.attributes.byteCount)
    let most: UInt64 = 512
    guard superblock.blockSize.blocks(for: inode.attributes.byteCount) <= most else {
      return add(.byExt4, name, .longerThan(blocks: most))
    }
    let map = BlockMapReader.read(inode, on: volume)
    for logical in 0..<LogicalBlock(blockCount) {
      guard let block = map.physical(of: logical) else {
        return add(.byExt4, name, .noContents)
      }
      if let damage = damageOfOrphans(inBlock: block, of: inode) { return add(.byExt4, name, damage) }
    }
  }

  private func damageOfOrphans(inBlock block: BlockNumber, of inode: Inode) -> InodeObstacle? {
    let magic: UInt32 = 0x0B10_CA04
    do throws(VolumeError) {
      let bytes = try volume.readBlock(block)
      guard bytes.raw.littleEndian(at: bytes.count - 8) == magic else { return .orphanMagic }
      let isRight = volume.hasRightChecksum(orphans: bytes.raw, block: block, of: inode)
      return isRight ? nil : .orphanChecksum(block: block)
    } catch {
      return .unreadable(error)
    }
  }

  /// Whether the files of quotas are what the kernel takes: it mounts read-only where they aren't.
  ///
  /// Mirrors `ext4_quota_enable()` and `vfs_load_quota_inode()`.
  private mutating func checkQuotas() {
    for (index, number) in superblock.quotaInodes.enumerated() where number != 0 {
      // One that can't be that of its quota is for the superblock's obstacles.
      let isPossible = index < 2 ? number == InodeNumber(3 + index) : number >= Superblock.oldFirstInode
      guard isPossible else { continue }
      let name = Name(number, .quota(MountInode.Quota.allCases[index]))
      guard let inode = inode(name, refusal: .byExt4ToWrite) else { continue }
      guard inode.attributes.fileType == .regular, inode.attributes.links > 0 else {
        add(.byExt4ToWrite, name, .notFileInUse)
        continue
      }
      let found = obstacles(of: inode) + obstaclesOverTables(of: inode, refusal: .byExt4)
      for (obstacle, refusal) in found where refusal != .byNone { add(.byExt4ToWrite, name, obstacle) }
      if found.isEmpty, let damage = damageOfQuota(index, in: inode) { add(.byExt4ToWrite, name, damage) }
    }
  }

  /// What is wrong with the head of a quota file; nil where nothing is.
  ///
  /// Mirrors `v2_check_quota_file()` and `v2_read_file_info()`.
  private func damageOfQuota(_ index: Int, in inode: Inode) -> InodeObstacle? {
    let magics: [UInt32] = [0xD9C0_1F11, 0xD9C0_1927, 0xD9C0_3F14]
    let headByteCount = 32
    guard inode.attributes.byteCount >= UInt64(headByteCount),
      let block = BlockMapReader.read(inode, on: volume).physical(of: 0),
      let position = volume.position(ofBlock: block)
    else { return .quota(.missing) }
    do throws(VolumeError) {
      let head = try volume.readBytes(headByteCount, at: position, of: .quota)
      let byteCount = inode.attributes.byteCount
      return damageOfQuota(head, magic: magics[index], byteCount: byteCount).map { .quota($0) }
    } catch {
      return .unreadable(error)
    }
  }

  private func damageOfQuota(_ head: [UInt8], magic: UInt32, byteCount: UInt64) -> QuotaDamage? {
    func number(at offset: Int) -> UInt32 { head.raw.littleEndian(at: offset) }
    guard number(at: 0) == magic else { return .missing }
    if number(at: 4) != 1 { return .version(number(at: 4)) }
    let blockCount = number(at: 20)
    // Its blocks are of 1 KiB, whatever those of the file system are.
    if UInt64(blockCount) << 10 > byteCount {
      return .size(kibibytes: blockCount, byteCount: byteCount)
    }
    for block in [number(at: 24), number(at: 28)] where block != 0 {
      guard block > 1, block < blockCount else { return .block(block, of: blockCount) }
    }
    return nil
  }

  /// An inode, and what mounting takes it for.
  private struct Name {
    let number: InodeNumber
    let role: MountInode

    init(_ number: InodeNumber, _ role: MountInode) {
      self.number = number
      self.role = role
    }
  }

  /// An inode; nil where it can't be read, which is an obstacle then.
  private mutating func inode(_ name: Name, refusal: Refusal) -> Inode? {
    do throws(VolumeError) {
      return try inodes.inode(name.number)
    } catch {
      add(refusal, name, .unreadable(error))
      return nil
    }
  }

  /// Adds what is wrong with an inode. Returns whether there is nothing.
  @discardableResult
  private mutating func add(_ found: [FoundInInode], _ name: Name) -> Bool {
    for (obstacle, refusal) in found { add(refusal, name, obstacle) }
    return found.isEmpty
  }

  private mutating func add(_ refusal: Refusal, _ name: Name, _ obstacle: InodeObstacle) {
    // What waits in the journal may mend all but the journal itself, and is looked at only then.
    let mayBeReplayed = superblock.needsRecovery && name.role != .journal
    obstacles.add(refusal, .inode(name.number, name.role, obstacle, mayBeReplayed: mayBeReplayed))
  }
}
