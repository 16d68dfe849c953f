import ExtVolume
import FolioCore
import TextOutput

extension DirectoryDamage {
  /// Which rule it breaks, if any; where; what was found; and whether entries may be lost by it.
  ///
  /// - Parameter isIndexBlock: whether the block that it is about belongs to the index of a hashed directory.
  func finding(isIndexBlock: Bool) -> (rule: Rule?, offset: Int?, facts: String, losesEntries: Bool) {
    switch kind {
    case .record(let damage, let resumedAt):
      let rest =
        damage.isListed
        ? "; it is an entry all the same"
        : resumedAt.map { "; goes on at offset \($0)" } ?? "; nothing good follows"
      return (damage.rule.verified, damage.record.offset, damage.facts + rest, true)
    case .implausible(let entry, let name, let why):
      let facts = "\"\(Escaping.text(name))\", inode \(entry.inode)"
      switch why {
      case .noName: return (.nameEmpty, entry.offset, "inode \(entry.inode)", false)
      case .unusableName: return (.nameUnusable, entry.offset, facts, false)
      // Behind damage, and no entry: remains.
      case .remains: return (nil, nil, "", true)
      }
    case .notEncrypted(let entry, let name):
      return (.encryptedNameTooShort, entry.offset, "\"\(Escaping.text(name))\", inode \(entry.inode)", false)
    case .unreadable(let error): return (.blockUnreadable, nil, error.words, true)
    case .wrongChecksum:
      return (isIndexBlock ? .htreeChecksum : .directoryChecksum, nil, "", false)
    case .hole(let blocks): return (.hole, nil, DirectoryDamage.named(blocks), true)
    case .unmapped(let blocks, let damage):
      return (damage.brokenRule, nil, DirectoryDamage.words(blocks, damage), true)
    case .sizeNotInBlocks(let byteCount): return (.wrongSize, nil, "size \(byteCount)", true)
    case .blockMap(let damage): return (damage.brokenRule, nil, damage.description, true)
    case .directory(let error): return (.contentsUnreadable, nil, error.description, true)
    case .notDirectory(let type): return (.contentsUnreadable, nil, DirectoryDamage.words(type), true)
    case .secondName(let name, let inode):
      return (.directorySecondName, nil, "\"\(Escaping.text(name))\", inode \(inode)", false)
    }
  }
}
