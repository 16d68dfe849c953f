package import ExtMount
package import ExtVolume
package import FolioCore

extension Finding {
  /// What was found: the numbers and names that tell one finding of a rule from another. Its sentences are in
  /// `Words/FindingFacts+Words.swift`.
  package enum Facts: Equatable {
    // The file system as a whole.
    case impossible(ImpossibleValue)
    case obstacle(MountObstacle.Reason)
    /// The image holds so many bytes of the file system.
    case held(UInt64, of: UInt64)
    /// In bytes.
    case blockSize(Int)
    case unreadInodes(UnreadInodes, group: UInt32)
    case group(UInt32, VolumeError)
    /// Attributes in blocks or inodes of their own.
    case attributes(VolumeError)

    // Records.
    case record(RecordDamage, resumedAt: Int?)
    /// The same in other blocks of the directory.
    indirect case repeated(Facts, others: Int)
    case entry(name: [UInt8], inode: InodeNumber, EntryFacts?)
    case inode(InodeNumber)
    case recordLength(Int)
    /// Where there is more than one block whose record has the length 0.
    case zeroRecordLength(blockCount: Int)
    /// Where there are more than one record with a type.
    case types(recordCount: Int)

    // "." and "..".
    case dot(Dot, inode: InodeNumber)
    case dotType(Dot, UInt8)
    case dotUnterminated(Dot, UInt8)
    case parent(InodeNumber, expected: InodeNumber)

    // Names that stand there twice, by their hashes, and can't be read again.
    case repeatedNames(count: Int, VolumeError)

    // A directory.
    case size(UInt64)
    case sizes(UInt64, expected: UInt64)
    /// `i_size_high` in a file system without `large_dir`.
    case sizeHigh(UInt32)
    /// In units of 512 bytes.
    case blockCounts(UInt64, expected: UInt64)
    case blocks(Range<LogicalBlock>)
    case unmapped(Range<LogicalBlock>, BlockMapDamage)
    case blockMap(BlockMapDamage)
    case block(FolioReadError<ReadError>)
    case contents(VolumeError)
    case notDirectory(FileType)
    case index([IndexDamage])
    /// Physical blocks that another directory has, too; or the file system itself, which is directory 0.
    case sharedBlocks(Range<BlockNumber>, with: InodeNumber)
    /// What is wrong with the directory's own inode.
    case ownInode(NamedInodeDamage)

    // Inodes and links.
    case links(Int, expected: Int)
    /// More entries than a count of links holds.
    case linksOfMany(Int, entryCount: Int)
    case attributeOfNobody
    /// Inodes that something is wrong with, perhaps for other damage.
    case inodes([InodeNumber])

    // The cross-check.
    case way(CrossCheck.Way, CrossCheck.Difference)
    case library(CrossCheck.Difference)
  }

  /// One of the two names that every directory has.
  package enum Dot {
    case single, double
  }

  /// What is wrong with an entry, beside its name and the inode that it names.
  package enum EntryFacts: Equatable {
    /// Another directory has its inode, too.
    case otherName(in: InodeNumber)
    /// Its inode has no type.
    case untyped
    case types(record: FileType, inode: FileType)
    /// Its hash isn't among those that its block is for.
    case hash(UInt32, low: UInt32, high: UInt32)
    /// The encoding folds it to the same as this name.
    case foldedAs([UInt8])
    case inode(NamedInodeDamage)
  }

  /// What would help, where something would: what could not be read has an error that knows.
  package var advice: Advice? {
    switch facts {
    case .group(_, let error), .attributes(let error), .repeatedNames(_, let error), .contents(let error),
      .library(.refused(let error)):
      error.advice
    case .unreadInodes(let unread, _): unread.reason.advice
    default: nil
    }
  }

  /// What a kernel says of it, where the rule doesn't know that by itself.
  var ownKernelWording: String? {
    switch facts {
    case .ownInode(let damage), .entry(_, _, .inode(let damage)): damage.kernelWording
    default: nil
    }
  }
}

/// What is wrong with an inode that an entry names.
package enum NamedInodeDamage: Equatable {
  case damage(InodeDamage)
  /// A symbolic link whose target isn't so long, in bytes.
  case target(byteCount: UInt64)
  case missingFeature(MissingFeature)
  case unreadable(VolumeError)
  case encryption(EncryptionDamage)

  var rule: Rule {
    switch self {
    case .damage, .target, .unreadable: .inodeUnusable
    case .missingFeature: .featureMissing
    case .encryption: .encryptionPolicy
    }
  }

  /// What a kernel says of it, where one has words for it.
  var kernelWording: String? {
    switch self {
    case .damage(let damage): damage.kernelWording
    case .encryption(.isPlain), .encryption(.otherPolicy): "Inconsistent encryption contexts"
    case .target, .missingFeature, .unreadable, .encryption(.noContext), .encryption(.damagedContext): nil
    }
  }
}

/// What an inode has that the file system has no feature for.
package enum MissingFeature: Equatable {
  case extents, inlineData
  case attributes(block: BlockNumber)
  /// `i_file_acl_high` without `64bit`.
  case attributeBlockHigh(UInt32)
}

/// What is wrong with how an inode is encrypted.
package enum EncryptionDamage: Equatable {
  case noContext, damagedContext
  /// It isn't encrypted, and its directory is.
  case isPlain
  /// Its policy isn't its directory's.
  case otherPolicy
}

/// What is wrong with a node of a hashed directory.
package enum IndexDamage: Equatable {
  case node(HashNode.Damage)
  /// An entry leads to a block that the directory doesn't have.
  case outside(index: Int, block: LogicalBlock)
  /// An entry leads to a block that another one leads to.
  case twice(index: Int, block: LogicalBlock)

  var rule: Rule {
    switch self {
    case .node(let damage): damage.brokenRule
    case .outside, .twice: .htreeBlock
    }
  }
}
