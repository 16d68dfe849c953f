import FolioCore

extension Volume {
  /// What can't be of what a kernel looks at before it mounts a file system, beside the superblock: where the groups' tables
  /// are and their checksums, the root, and whether there is a journal. What is in the journal is not looked at.
  ///
  /// Mirrors what `ext4_check_descriptors()`, `ext4_setup_system_zone()` and `ext4_get_journal_inode()` refuse, and the
  /// end of `ext4_fill_super()` and `ext2_fill_super()`.
  func faults(journal: SuperblockFacts.Journal) -> [Fault] {
    var inodes = InodeTable(self)
    return faultsOfGroups + faultsOfRoot(&inodes) + faults(of: journal, &inodes)
  }

  private var faultsOfGroups: [Fault] {
    var faults: [Fault] = []
    func add(_ refusal: Fault.Refusal, _ groups: [UInt32], _ sentence: (String) -> String) {
      guard let first = groups.first else { return }
      let others = groups.count > 1 ? " and \(counted(groups.count - 1, "other"))" : ""
      faults.add(refusal, sentence("group \(first)\(others)"))
    }
    let all = 0..<groupCount
    add(.byAll, all.filter { !hasTablesInPlace(group: $0) }) {
      "the bitmaps or inodes of \($0) can't be where the descriptor says"
    }
    add(.byExt4, groupsWithOverlaps) { "the bitmaps or inodes of \($0) would lie over other tables" }
    add(.byExt4ToWrite, all.filter { !hasRightChecksum(group: $0) }) {
      "the checksum of the descriptor of \($0) is wrong"
    }
    return faults
  }

  private func faultsOfRoot(_ inodes: inout InodeTable) -> [Fault] {
    let name = "inode \(Inode.root), the root,"
    do throws(VolumeError) {
      let root = try inodes.inode(Inode.root)
      if !root.isDirectory { return [Fault(words: "\(name) is no directory", refusal: .byAll)] }
      if root.attributes.byteCount == 0 || root.attributes.blocks512 == 0 {
        return [Fault(words: "\(name) has no contents", refusal: .byAll)]
      }
      // ext2 asks for links only where an inode was deleted.
      return root.attributes.links == 0 ? [Fault(words: "\(name) has no links", refusal: .byExt4)] : []
    } catch {
      return [Fault(words: "\(name) can't be read: \(error.reason)", refusal: .byAll)]
    }
  }

  private func faults(of journal: SuperblockFacts.Journal, _ inodes: inout InodeTable) -> [Fault] {
    // One that there is no inode for is the superblock's fault.
    guard case .inode(let number) = journal, number <= superblock.inodeCount else { return [] }
    let name = "inode \(number), the journal's,"
    do throws(VolumeError) {
      let inode = try inodes.inode(number)
      guard inode.attributes.fileType == .regular, inode.attributes.links > 0 else {
        return [Fault(words: "\(name) is no file", refusal: .byExt4)]
      }
      return try hasJournal(inode) ? [] : [Fault(words: "\(name) holds no journal", refusal: .byExt4)]
    } catch {
      return [Fault(words: "\(name) can't be read: \(error.reason)", refusal: .byExt4)]
    }
  }

  /// Whether a file begins as a journal does: see `journal_superblock_t`, whose numbers are big-endian.
  private func hasJournal(_ inode: Inode) throws(VolumeError) -> Bool {
    let magic: [UInt8] = [0xC0, 0x3B, 0x39, 0x98]
    guard let run = BlockMap.read(inode, on: self).runs.first, case .mapped(let block) = run.contents,
      let position = position(ofBlock: block)
    else { return false }
    let header = try readBytes(16, at: position, operation: "reading the journal")
    let numbers = stride(from: 4, to: 16, by: 4).map { at in
      header[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    // Its superblock is of one of two kinds; behind a number of its own it says how large blocks are.
    return header[0..<4] == magic[...] && (3...4).contains(numbers[0]) && numbers[2] == superblock.blockSize
  }
}
