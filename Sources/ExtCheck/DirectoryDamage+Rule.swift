import ExtVolume
import FolioCore

extension DirectoryDamage {
  /// Which rule it breaks, if any; where; what was found; and whether entries may be lost by it.
  ///
  /// - Parameter isIndexBlock: whether the block that it is about belongs to the index of a hashed directory.
  func finding(isIndexBlock: Bool) -> (rule: Rule?, offset: Int?, facts: Finding.Facts?, losesEntries: Bool) {
    switch kind {
    case .record(let damage, let resumedAt):
      return (damage.rule.verified, damage.record.offset, .record(damage, resumedAt: resumedAt), true)
    case .implausible(let entry, let name, let why):
      switch why {
      case .noName: return (.nameEmpty, entry.offset, .inode(entry.inode), false)
      case .unusableName:
        return (.nameUnusable, entry.offset, .entry(name: name, inode: entry.inode, nil), false)
      // After damage, and no entry: remains.
      case .remains: return (nil, nil, nil, true)
      }
    case .notEncrypted(let entry, let name):
      return (.encryptedNameTooShort, entry.offset, .entry(name: name, inode: entry.inode, nil), false)
    case .unreadable(let error): return (.blockUnreadable, nil, .block(error), true)
    case .wrongChecksum:
      return (isIndexBlock ? .htreeChecksum : .directoryChecksum, nil, nil, false)
    case .hole(let blocks): return (.hole, nil, .blocks(blocks), true)
    case .unmapped(let blocks, let damage):
      return (damage.brokenRule, nil, .unmapped(blocks, damage), true)
    case .sizeNotInBlocks(let byteCount): return (.wrongSize, nil, .size(byteCount), true)
    case .blockMap(let damage): return (damage.brokenRule, nil, .blockMap(damage), true)
    case .directory(let error): return (.contentsUnreadable, nil, .contents(error), true)
    case .notDirectory(let type): return (.contentsUnreadable, nil, .notDirectory(type), true)
    case .secondName(let name, let inode):
      return (.directorySecondName, nil, .entry(name: name, inode: inode, nil), false)
    }
  }
}

extension RecordRule {
  /// The same rule among those that verify knows.
  var verified: Rule {
    switch self {
    case .recordTooShort: .recordTooShort
    case .recordUnaligned: .recordUnaligned
    case .nameTooLong: .nameTooLong
    case .recordAcrossBlocks: .recordAcrossBlocks
    case .inodeOutOfBounds: .inodeOutOfBounds
    case .dotIsLast: .dotIsLast
    case .blockEndUnreachable: .blockEndUnreachable
    case .beginsWithZeroes: .beginsWithZeroes
    }
  }
}

extension BlockMapDamage {
  var brokenRule: Rule {
    switch self {
    case .impossible, .outside, .afterImage: .blockOutside
    case .blockTwice: .blockTwice
    case .afterSize: .wrongSize
    case .nodeHeader, .nodeTwice, .unwritten, .neverWritten, .unreadable, .misplaced, .emptyExtents:
      .blockMapDamaged
    }
  }
}
