package import FolioCore

/// Bytes of a directory that break a rule, or that can't be read: it cost entries, or may have. Its sentences are in
/// `Words/DirectoryDamage+Words.swift`.
package struct DirectoryDamage: Equatable {
  package enum Kind: Equatable {
    /// A record breaks a rule. `resumedAt` is the offset from which records are good again, where there is one.
    case record(RecordDamage, resumedAt: Int?)
    /// A record can't be what it seems to be; it isn't listed.
    case implausible(Entry, name: [UInt8], Implausibility)
    /// A name in an encrypted directory that is too short for a cipher text. It is listed as it stands, where a path can
    /// hold it.
    case notEncrypted(Entry, name: [UInt8])
    /// The block can't be read, or not mapped by the way asked for.
    case unreadable(FolioReadError<ReadError>)
    case wrongChecksum
    /// Blocks that were never allocated.
    case hole(Range<LogicalBlock>)
    /// Blocks that the damaged map of the directory's blocks doesn't lead to, and why.
    case unmapped(Range<LogicalBlock>, BlockMapDamage)
    /// `i_size` in bytes.
    case sizeNotInBlocks(UInt64)
    /// Something else is wrong with that map.
    case blockMap(BlockMapDamage)
    /// The directory itself could not be read.
    case directory(VolumeError)
    /// The inode of the directory is of another type.
    case notDirectory(FileType)
    /// A directory that is walked already has this name too.
    case secondName([UInt8], inode: InodeNumber)
  }

  /// What speaks against a record.
  package enum Implausibility: Equatable {
    case noName
    /// The name holds what no name can hold.
    case unusableName
    /// It was found after damage and doesn't fit.
    case remains(Remains)
  }

  package let kind: Kind
  package var block: BlockPlace?

  package init(kind: Kind, block: BlockPlace? = nil) {
    self.kind = kind
    self.block = block
  }
}

/// Why what was found after damage is none of its directory's entries.
package enum Remains: Equatable {
  /// It doesn't fit the inode that it names.
  case disagreement(Disagreement)
  /// The directory's other names could not be read, and may have its.
  case namesUnread
  /// The directory has its name already.
  case nameTaken
}

/// How an entry and the inode it names don't fit.
package enum Disagreement: Equatable {
  case inodeUnused(InodeNumber)
  /// The record says one type, and the inode another.
  case types(record: FileType, inode: InodeNumber, FileType)
}
