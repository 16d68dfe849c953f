package import Basics
package import FolioCore
import TextOutput

extension DirectoryDamage: CustomStringConvertible {
  /// Where and what, without the directory: "block 0 (physical 17), offset 512: unaligned …".
  package var description: String {
    switch kind {
    case .record(let damage, let resumedAt):
      let rest =
        damage.isListed
        ? "it is listed as salvaged"
        : resumedAt.map { "entries from offset \($0) on are salvaged" }
          ?? "nothing after it could be salvaged"
      return "\(place), offset \(damage.record.offset): \(damage.rule.wording) (\(damage.facts)); \(rest)"
    case .implausible(_, let name, let why):
      return "\(place): \"\(Escaping.text(name))\" is not listed: \(why.words)"
    case .notEncrypted(let entry, let name):
      return
        "\(place), offset \(entry.offset): \"\(Escaping.text(name))\": \(name.count) bytes are too few for an encrypted name"
    case .unreadable(let error): return "\(place): \(error.words)"
    case .wrongChecksum: return "\(place): directory fails checksum"
    case .hole(let blocks): return "\(Self.named(blocks)): directory contains a hole"
    case .unmapped(let blocks, let damage): return Self.words(blocks, damage)
    case .sizeNotInBlocks(let byteCount):
      return byteCount == 0
        ? "size of directory is 0"
        : "size of directory, \(byteCount) bytes, is not a multiple of the block size"
    case .blockMap(let damage): return damage.description
    case .directory(let error): return error.description
    case .notDirectory(let type): return Self.words(type)
    case .secondName(let name, let inode):
      return
        "\"\(Escaping.text(name))\" is a second name of directory inode \(inode), which is not walked again"
    }
  }

  /// That, with the directory: "directory /a (inode 12), block 0 …".
  package func description(directory: InodeNumber, path: [UInt8]) -> String {
    "directory \(Escaping.text(path.shownPath)) (inode \(directory)), \(description)"
  }

  private var place: String {
    block.map { "block \($0.logical) (physical \($0.physical))" } ?? "contents of the inode"
  }

  /// What is wrong with the map of `blocks`, which is said of the first of them.
  package static func words(_ blocks: Range<LogicalBlock>, _ damage: BlockMapDamage) -> String {
    "\(named(blocks))\(blocks.count == 1 ? "" : ", the first of them"): \(damage)"
  }

  /// That the inode of a directory is of type `type`.
  package static func words(_ type: FileType) -> String {
    "its inode is no directory but of type \(type.word)"
  }

  package static func named(_ blocks: Range<some Ordinal>) -> String {
    blocks.count == 1
      ? "block \(blocks.lowerBound)" : "blocks \(blocks.lowerBound) to \(blocks.upperBound - 1)"
  }
}

extension DirectoryDamage.Implausibility {
  fileprivate var words: String {
    switch self {
    case .noName: "it has no name"
    case .unusableName: "a name can't hold NUL or a slash"
    case .remains(.disagreement(let disagreement)): disagreement.description
    case .remains(.namesUnread): "the directory's other names could not be read"
    case .remains(.nameTaken): "the directory has that name already"
    }
  }
}

extension Disagreement: CustomStringConvertible {
  package var description: String {
    switch self {
    case .inodeUnused(let inode): "its inode \(inode) is not in use"
    case .types(let ofRecord, let inode, let ofInode):
      "its record says \(ofRecord.word) and its inode \(inode) \(ofInode.word)"
    }
  }
}

extension FolioReadError<ReadError> {
  package var words: String {
    switch self {
    case .source(let error): error.description
    case .refused(let refusal): refusal.description
    }
  }
}

extension RecordDamage {
  /// Whether the record is an entry all the same: only what follows it isn't what it should be.
  package var isListed: Bool { rule == .blockEndUnreachable && record.isEntry }

  /// The fields that the rule is about, as found.
  package var facts: String {
    switch rule {
    case .recordTooShort, .recordUnaligned, .recordAcrossBlocks: "rec_len \(record.length)"
    case .nameTooLong: "rec_len \(record.length), name_len \(record.nameLength)"
    case .inodeOutOfBounds: "inode \(record.inode)"
    case .dotIsLast: "rec_len \(record.length)"
    case .blockEndUnreachable:
      record.length == 0 ? "the last bytes hold no record" : "rec_len \(record.length)"
    case .beginsWithZeroes: "no kernel leaves them"
    }
  }
}
