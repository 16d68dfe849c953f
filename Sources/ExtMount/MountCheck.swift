import Basics
package import ExtVolume
package import FolioCore
import TextOutput

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
    add(.byAll, all.filter { !volume.hasTablesInPlace(group: $0) }) {
      "the bitmaps or inodes of \($0) can't be where the descriptor says"
    }
    // Unless it is asked not to look where tables are, ext4 refuses two in one place; and for writing all the same.
    let isStrict = !superblock.mountOptions.skipsBlockValidity
    for (refusal, groups) in [
      (isStrict ? Refusal.byExt4 : .byExt4ToWrite, refusedGroups), (.byNone, otherGroups),
    ] {
      add(refusal, groups) { "the bitmaps or inodes of \($0) would lie over other tables" }
    }
    add(.byExt4ToWrite, all.filter { !volume.hasRightChecksum(group: $0) }) {
      "the checksum of the descriptor of \($0) is wrong"
    }
  }

  private mutating func add(_ refusal: Refusal, _ groups: [UInt32], _ sentence: (String) -> String) {
    guard let first = groups.first else { return }
    let others = groups.count > 1 ? " and \(counted(groups.count - 1, "other"))" : ""
    obstacles.add(refusal, sentence("group \(first)\(others)"))
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
        obstacles.add(.byExt4ToWrite, "block \(block), of multi-mount protection, says nothing")
      } else if !volume.hasRightChecksum(multiMount: bytes.raw) {
        obstacles.add(.byExt4ToWrite, "block \(block), of multi-mount protection, has a wrong checksum")
      } else if bytes.raw.littleEndian(at: 4) == ofFsck {
        obstacles.add(.byExt4ToWrite, "e2fsck is at work on it, or was broken off (mmp)")
      }
    } catch {
      obstacles.add(
        .byExt4ToWrite, "block \(block), of multi-mount protection, can't be read: \(error.reason)")
    }
  }

  private mutating func checkRoot() {
    let name = "inode \(InodeNumber.root), the root\(untilReplayed),"
    guard let root = inode(InodeNumber.root, name, refusal: .byAll) else { return }
    if !root.isDirectory { return obstacles.add(.byAll, "\(name) is no directory") }
    if root.attributes.byteCount == 0 || root.attributes.blocks512 == 0 {
      return obstacles.add(.byAll, "\(name) has no contents")
    }
    // ext2 asks for links only where an inode was deleted.
    if root.attributes.links == 0 { return obstacles.add(.byExt4, "\(name) has no links") }
    add(obstacles(of: root) + obstaclesOverTables(of: root, refusal: .byNone), name)
  }

  private mutating func checkJournal() {
    // One that there is no inode for is for the superblock's obstacles.
    guard case .inode(let number) = superblock.journal, number <= superblock.lastInode else { return }
    let name = "inode \(number), the journal's,"
    // ext4 protects its blocks whether it is loaded or not, unless it is asked not to.
    let isProtected = !superblock.mountOptions.skipsBlockValidity
    let refusal: Refusal = isProtected ? .byExt4 : .byExt4WithJournal
    guard let inode = inode(number, name, refusal: refusal) else { return }
    guard inode.attributes.links > 0 else { return obstacles.add(refusal, "\(name) is no file") }
    let found = self.obstacles(of: inode)
    for obstacle in found { obstacles.add(refusal, "\(name) \(obstacle.words)") }
    guard found.isEmpty else { return }
    if inode.attributes.fileType != .regular || inode.isEncrypted {
      obstacles.add(.byExt4WithJournal, "\(name) is no file")
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
        obstacles.add(block == next ? .byNone : refusal, "\(name) has block \(block) twice")
        next = block + count
      case .damaged(let damage): return obstacles.add(refusal, "\(name) can't be read: \(damage)")
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
        return obstacles.add(
          beginsInside ? .byExt4 : .byExt4WithJournal, "\(name) has blocks that are the file system's own")
      }
    }
    guard let position = map.physical(of: 0).flatMap({ volume.position(ofBlock: $0) })
    else { return obstacles.add(.byExt4WithJournal, "\(name) holds no journal") }
    do throws(VolumeError) {
      let bytes = try volume.readBytes(
        JournalSuperblock.byteCount, at: position, of: .journal)
      let obstacle = JournalSuperblock(bytes).obstacle(ofByteCount: inode.attributes.byteCount, superblock)
      if let obstacle { obstacles.add(obstacle.refusal, "\(name) \(obstacle.words)") }
    } catch {
      obstacles.add(.byExt4WithJournal, "\(name) can't be read: \(error.reason)")
    }
  }

  /// Whether the file that lists orphans is one.
  private mutating func checkOrphanFile() {
    // One that there is no inode for is for the superblock's obstacles.
    guard let number = superblock.orphanFile, number >= .root, number <= superblock.lastInode else {
      return
    }
    let name = "inode \(number), the file of orphans\(untilReplayed),"
    guard let inode = inode(number, name, refusal: .byExt4) else { return }
    guard inode.attributes.fileType != .unknown, inode.attributes.links > 0 else {
      return obstacles.add(.byExt4, "\(name) is no file")
    }
    // The journal may have the blocks that are its own.
    let isJournal = superblock.journal == .inode(number)
    let over = isJournal ? [] : obstaclesOverTables(of: inode, refusal: .byExt4)
    guard add(obstacles(of: inode) + over, name) else { return }
    // Whole ones.
    let blockCount = superblock.blockSize.wholeBlocks(in: inode.attributes.byteCount)
    let most: UInt64 = 512
    guard superblock.blockSize.blocks(for: inode.attributes.byteCount) <= most else {
      return obstacles.add(.byExt4, "\(name) is longer than \(most) blocks")
    }
    let map = BlockMapReader.read(inode, on: volume)
    for logical in 0..<LogicalBlock(blockCount) {
      guard let block = map.physical(of: logical) else {
        return obstacles.add(.byExt4, "\(name) has no contents")
      }
      if let words = damageOfOrphans(inBlock: block, of: inode) {
        return obstacles.add(.byExt4, "\(name) \(words)")
      }
    }
  }

  private func damageOfOrphans(inBlock block: BlockNumber, of inode: Inode) -> String? {
    let magic: UInt32 = 0x0B10_CA04
    do throws(VolumeError) {
      let bytes = try volume.readBlock(block)
      guard bytes.raw.littleEndian(at: bytes.count - 8) == magic else { return "holds something else" }
      let isRight = volume.hasRightChecksum(orphans: bytes.raw, block: block, of: inode)
      return isRight ? nil : "has a wrong checksum in block \(block)"
    } catch {
      return "can't be read: \(error.reason)"
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
      let name = "inode \(number), the quota of \(["users", "groups", "projects"][index])\(untilReplayed),"
      guard let inode = inode(number, name, refusal: .byExt4ToWrite) else { continue }
      guard inode.attributes.fileType == .regular, inode.attributes.links > 0 else {
        obstacles.add(.byExt4ToWrite, "\(name) is no file in use")
        continue
      }
      let found = obstacles(of: inode) + obstaclesOverTables(of: inode, refusal: .byExt4)
      for obstacle in found where obstacle.refusal != .byNone {
        obstacles.add(.byExt4ToWrite, "\(name) \(obstacle.words)")
      }
      if found.isEmpty, let words = damageOfQuota(index, in: inode) {
        obstacles.add(.byExt4ToWrite, "\(name) \(words)")
      }
    }
  }

  /// What is wrong with the head of a quota file, to be said behind its name; nil where nothing is.
  ///
  /// Mirrors `v2_check_quota_file()` and `v2_read_file_info()`.
  private func damageOfQuota(_ index: Int, in inode: Inode) -> String? {
    let magics: [UInt32] = [0xD9C0_1F11, 0xD9C0_1927, 0xD9C0_3F14]
    let headByteCount = 32
    guard inode.attributes.byteCount >= UInt64(headByteCount),
      let block = BlockMapReader.read(inode, on: volume).physical(of: 0),
      let position = volume.position(ofBlock: block)
    else { return "holds no quota" }
    do throws(VolumeError) {
      let head = try volume.readBytes(headByteCount, at: position, of: .quota)
      return damageOfQuota(head, magic: magics[index], byteCount: inode.attributes.byteCount)
    } catch {
      return "can't be read: \(error.reason)"
    }
  }

  private func damageOfQuota(_ head: [UInt8], magic: UInt32, byteCount: UInt64) -> String? {
    func number(at offset: Int) -> UInt32 { head.raw.littleEndian(at: offset) }
    guard number(at: 0) == magic else { return "holds no quota" }
    if number(at: 4) != 1 { return "is of version \(number(at: 4)), and 1 is the one" }
    let blockCount = number(at: 20)
    // Its blocks are of 1 KiB, whatever those of the file system are.
    if UInt64(blockCount) << 10 > byteCount {
      return "says that it has \(blockCount) KiB, and has \(byteCount) bytes"
    }
    for block in [number(at: 24), number(at: 28)] where block != 0 {
      guard block > 1, block < blockCount else { return "can't go on in its block \(block) of \(blockCount)" }
    }
    return nil
  }

  /// What waits in the journal may mend what is looked at only then.
  private var untilReplayed: String { superblock.needsRecovery ? " until the journal is replayed" : "" }

  /// Inode `number`; nil where it can't be read, which is a obstacle then.
  private mutating func inode(_ number: InodeNumber, _ name: String, refusal: Refusal) -> Inode? {
    do throws(VolumeError) {
      return try inodes.inode(number)
    } catch {
      obstacles.add(refusal, "\(name) can't be read: \(error.reason)")
      return nil
    }
  }

  /// Adds what is wrong with an inode. Returns whether there is nothing.
  @discardableResult
  private mutating func add(_ found: [MountObstacle], _ name: String) -> Bool {
    for obstacle in found { obstacles.add(obstacle.refusal, "\(name) \(obstacle.words)") }
    return found.isEmpty
  }
}
