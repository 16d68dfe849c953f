package import FolioCore
import TextOutput

/// Something wrong with a directory that cost entries, or may have.
package struct DirectoryProblem {
  package enum Kind {
    /// A record breaks a rule. `resumedAt` is the offset from which records are good again, where there is one.
    case record(RecordDamage, resumedAt: Int?)
    /// A record can't be what it seems to be; it isn't listed.
    case implausible(Entry, name: [UInt8], Doubt)
    /// A name in an encrypted directory that is too short for a cipher text. It is listed as it stands, where a path can
    /// hold it.
    case notEncrypted(Entry, name: [UInt8])
    /// The block can't be read, in the system's words.
    case unreadable(String)
    case wrongChecksum
    /// Blocks that were never allocated.
    case hole(Range<UInt64>)
    /// Blocks that the damaged map of the directory's blocks doesn't lead to, and why.
    case unmapped(Range<UInt64>, BlockMapDamage)
    /// `i_size` in bytes.
    case sizeNotInBlocks(UInt64)
    /// Something else is wrong with that map.
    case blockMap(BlockMapDamage)
    /// The directory itself could not be read.
    case directory(String)
    /// A directory that is walked already has this name too.
    case secondName([UInt8], inode: UInt32)
  }

  /// What speaks against a record.
  package enum Doubt {
    case noName
    /// The name holds what no name can hold.
    case unusableName
    /// It was found behind damage and doesn't fit, in words.
    case salvaged(String)
  }

  package let kind: Kind
  package var block: BlockPlace?

  package init(kind: Kind, block: BlockPlace? = nil) {
    self.kind = kind
    self.block = block
  }

  /// Where and what, without the directory: "block 0 (physical 17), offset 512: unaligned …".
  package var description: String {
    switch kind {
    case .record(let damage, let resumedAt):
      let rest =
        damage.isListed
        ? "it is listed as salvaged"
        : resumedAt.map { "entries from offset \($0) on are salvaged" }
          ?? "nothing behind it could be salvaged"
      return "\(place), offset \(damage.record.offset): \(damage.rule.wording) (\(damage.facts)); \(rest)"
    case .implausible(_, let name, let doubt):
      return "\(place): \"\(Escaping.text(name))\" is not listed: \(doubt.words)"
    case .notEncrypted(let entry, let name):
      return
        "\(place), offset \(entry.offset): \"\(Escaping.text(name))\": \(name.count) bytes are too few for an encrypted name"
    case .unreadable(let words): return "\(place): \(words)"
    case .wrongChecksum: return "\(place): directory fails checksum"
    case .hole(let blocks): return "\(Self.named(blocks)): directory contains a hole"
    case .unmapped(let blocks, let damage): return Self.words(blocks, damage)
    case .sizeNotInBlocks(let byteCount):
      return byteCount == 0
        ? "size of directory is 0"
        : "size of directory, \(byteCount) bytes, is not a multiple of the block size"
    case .blockMap(let damage): return damage.description
    case .directory(let words): return words
    case .secondName(let name, let inode):
      return
        "\"\(Escaping.text(name))\" is a second name of directory inode \(inode), which is not walked again"
    }
  }

  /// That, with the directory: "directory /a (inode 12), block 0 …".
  package func description(directory: UInt32, path: [UInt8]) -> String {
    "directory \(Escaping.text(path.shownPath)) (inode \(directory)), \(description)"
  }

  private var place: String {
    block.map { "block \($0.logical) (physical \($0.physical))" } ?? "contents of the inode"
  }

  /// What is wrong with the map of `blocks`, which is said of the first of them.
  package static func words(_ blocks: Range<UInt64>, _ damage: BlockMapDamage) -> String {
    "\(named(blocks))\(blocks.count == 1 ? "" : ", the first of them"): \(damage)"
  }

  package static func named(_ blocks: Range<UInt64>) -> String {
    blocks.count == 1
      ? "block \(blocks.lowerBound)" : "blocks \(blocks.lowerBound) to \(blocks.upperBound - 1)"
  }
}

extension DirectoryProblem.Doubt {
  package var words: String {
    switch self {
    case .noName: "it has no name"
    case .unusableName: "a name can't hold NUL or a slash"
    case .salvaged(let words): words
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
