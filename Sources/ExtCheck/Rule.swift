import FolioCore

/// Something that must hold in a file system's directories. Raw values are stable names; see docs/verify.md.
package enum Rule: String, CaseIterable {
  // Records: those of FolioCore's RecordRule, by the same names.
  case recordTooShort = "record-too-short"
  case recordUnaligned = "record-unaligned"
  case nameTooLong = "name-too-long"
  case recordAcrossBlocks = "record-across-blocks"
  case inodeOutOfBounds = "inode-out-of-bounds"
  case dotIsLast = "dot-is-last"
  case blockEndUnreachable = "block-end-unreachable"
  case beginsWithZeroes = "begins-with-zeroes"
  // "." and "..".
  case missingDot = "missing-dot"
  case wrongDot = "wrong-dot"
  case dotTooLong = "dot-too-long"
  case dotUnterminated = "dot-unterminated"
  case missingDotDot = "missing-dot-dot"
  case wrongDotDot = "wrong-dot-dot"
  case dotMisplaced = "dot-misplaced"
  // Names.
  case nameEmpty = "name-empty"
  case nameUnusable = "name-unusable"
  case nameTwice = "name-twice"
  case nameNotInEncoding = "name-not-in-encoding"
  case encryptedNameTooShort = "encrypted-name-too-short"
  // What entries name.
  case inodeReserved = "inode-reserved"
  case inodeUnused = "inode-unused"
  case inodeFree = "inode-free"
  case inodeUnusable = "inode-unusable"
  case inodeInBadBlock = "inode-in-bad-block"
  case typeMismatch = "type-mismatch"
  case typeWithoutFeature = "type-without-feature"
  case featureMissing = "feature-missing"
  case encryptionPolicy = "encryption-policy"
  // The tree.
  case directorySecondName = "directory-second-name"
  case directoryCycle = "directory-cycle"
  case directoryUnreached = "directory-unreached"
  case inodeUnattached = "inode-unattached"
  case wrongLinkCount = "wrong-link-count"
  // Where a directory is.
  case wrongSize = "wrong-size"
  case wrongBlockCount = "wrong-block-count"
  case hole = "hole"
  case blockOutside = "block-outside"
  case blockTwice = "block-twice"
  case blockShared = "block-shared"
  case blockMapDamaged = "block-map-damaged"
  case blockUnreadable = "block-unreadable"
  case contentsUnreadable = "contents-unreadable"
  // Hashed directories.
  case htreeRoot = "htree-root"
  case htreeNode = "htree-node"
  case htreeLimit = "htree-limit"
  case htreeCount = "htree-count"
  case htreeOrder = "htree-order"
  case htreeBlock = "htree-block"
  case htreeLeafMissing = "htree-leaf-missing"
  case htreeLeafBounds = "htree-leaf-bounds"
  case htreeWithoutFeature = "htree-without-feature"
  // Checksums.
  case directoryChecksum = "directory-checksum"
  case htreeChecksum = "htree-checksum"
  case inodeChecksum = "inode-checksum"
  case superblockChecksum = "superblock-checksum"
  case superblockImplausible = "superblock-implausible"
  case metadataImplausible = "metadata-implausible"
  // The file system's own tables.
  case imageTooShort = "image-too-short"
  case inodeTableUnreadable = "inode-table-unreadable"
  // CrossCheck.
  case wayDiffers = "way-differs"
  case libext2fsDiffers = "libext2fs-differs"
  // What one implementation reads and another refuses.
  case zeroRecordLength = "zero-record-length"
  case blockLargerThanPage = "block-larger-than-page"

  package enum Severity: String {
    /// Something is wrong.
    case error
    /// Legal, and not for every implementation.
    case portability
  }

  /// What a broken rule is about, in a sentence.
  package var sentence: String { facts.sentence }
  package var severity: Severity { facts.severity }
  /// What the ext4 driver says of it, where it has words for it.
  package var kernelWording: String? { facts.kernelWording }
  /// What the ext2 driver says of it, where it has other words.
  package var ext2Wording: String? { RecordRule.allCases.first { $0.verified == self }?.ext2Wording }
}

extension Rule {
  private struct Facts {
    let sentence: String
    var kernelWording: String?
    var severity = Severity.error

    init(_ sentence: String, _ kernelWording: String? = nil, _ severity: Severity = .error) {
      self.sentence = sentence
      self.kernelWording = kernelWording
      self.severity = severity
    }
  }

  /// The one table of all rules.
  private var facts: Facts {
    switch self {
    case .recordTooShort:
      Facts("A record is shorter than any can be, 12 bytes.", RecordRule.recordTooShort.wording)
    case .recordUnaligned:
      Facts("A record's length is no multiple of 4.", RecordRule.recordUnaligned.wording)
    case .nameTooLong: Facts("A record is too short for its name.", RecordRule.nameTooLong.wording)
    case .recordAcrossBlocks:
      Facts("A record goes on after the end of its block.", RecordRule.recordAcrossBlocks.wording)
    case .inodeOutOfBounds:
      Facts("A record names an inode that the file system doesn't have.", RecordRule.inodeOutOfBounds.wording)
    case .dotIsLast: Facts("\".\" takes all of its block.", RecordRule.dotIsLast.wording)
    case .blockEndUnreachable:
      Facts("The last record ends where no other has room.", RecordRule.blockEndUnreachable.wording)
    case .beginsWithZeroes: Facts("A block begins with zeroes where its first record should be.")
    case .missingDot:
      Facts("The first record of a directory isn't \".\".", "directory missing '.'")
    case .wrongDot: Facts("\".\" names another inode than that of its directory.")
    case .dotTooLong: Facts("The record of \".\" is so long that other records may be lost in it.")
    case .dotUnterminated: Facts("The name \".\" or \"..\" isn't followed by a zero byte.")
    case .missingDotDot:
      Facts("The second record of a directory isn't \"..\".", "directory missing '..'")
    case .wrongDotDot: Facts("\"..\" names another directory than the one that this one is in.")
    case .dotMisplaced: Facts("\".\" or \"..\" stands where it doesn't belong.")
    case .nameEmpty: Facts("An entry has no name.")
    case .nameUnusable: Facts("A name holds a slash or a zero byte, and so no path leads to it.")
    case .nameTwice:
      Facts(
        "A directory has a name twice. In a casefolded one, names are the same that the encoding folds to the same."
      )
    case .nameNotInEncoding:
      Facts(
        "A name in a casefolded directory isn't valid in the encoding, and the file system is strict about that."
      )
    case .encryptedNameTooShort:
      Facts("A name in an encrypted directory has fewer than the 16 bytes of the shortest cipher text.")
    case .inodeReserved: Facts("An entry names an inode that is the file system's own.")
    case .inodeUnused: Facts("An entry names an inode that is not in use.", "deleted inode referenced")
    case .inodeFree: Facts("An entry names an inode that is free in the bitmap.")
    case .inodeUnusable:
      Facts("An entry names an inode that no kernel reads, or whose fields don't fit its type.")
    case .inodeInBadBlock:
      Facts("An entry names an inode that lies in a bad block, as the list in inode 1 has it.")
    case .typeMismatch: Facts("An entry's file type isn't that of its inode.")
    case .typeWithoutFeature:
      Facts("A record has a file type, and the file system has no `filetype` feature.", nil, .portability)
    case .featureMissing:
      Facts("An inode uses a feature that the superblock doesn't have. Kernels read it.", nil, .portability)
    case .encryptionPolicy:
      Facts(
        "An encrypted inode has no readable encryption policy, or one that isn't its directory's.")
    case .directorySecondName: Facts("A directory has a second name.")
    case .directoryCycle:
      Facts("A directory is in itself, or in one further down.")
    case .directoryUnreached: Facts("A directory is in use, and no path leads to it from the root.")
    case .inodeUnattached: Facts("An inode is in use, and no entry names it.")
    case .wrongLinkCount: Facts("An inode has another number of links than there are entries that name it.")
    case .wrongSize:
      Facts("A directory's size isn't that of its blocks or, where it is kept in its inode, of its contents.")
    case .wrongBlockCount: Facts("A directory's inode counts other blocks than it has.")
    case .hole: Facts("A directory has a block that was never allocated.", "directory contains a hole")
    case .blockOutside: Facts("A directory has a block where the file system or the image has none.")
    case .blockTwice: Facts("A block serves twice in one directory.")
    case .blockShared: Facts("A block is claimed by two directories, or is the file system's own.")
    case .blockMapDamaged: Facts("The map of a directory's blocks is damaged.")
    case .blockUnreadable: Facts("A block can't be read.")
    case .contentsUnreadable: Facts("A directory's inode, or the contents kept in it, can't be read.")
    case .htreeRoot:
      Facts("The root of a hashed directory says what no kernel knows.")
    case .htreeNode: Facts("A node of a hashed directory is none.")
    case .htreeLimit:
      Facts("A node's limit isn't the number of entries it has room for.", "dx entry: limit != node limit")
    case .htreeCount:
      Facts("A node has no entries, or more than its limit.", "dx entry: no count or count > limit")
    case .htreeOrder: Facts("Hashes in a node aren't in order.")
    case .htreeBlock:
      Facts("A node leads to a block that the directory doesn't have, or that another entry leads to.")
    case .htreeLeafMissing: Facts("No node leads to a block of a hashed directory.")
    case .htreeLeafBounds:
      Facts("A name stands in a block where nobody looks for its hash.")
    case .htreeWithoutFeature:
      Facts(
        "A directory says it is hashed, and the file system has no `dir_index` feature: without checksums kernels ignore that.",
        nil,
        .portability)
    case .directoryChecksum:
      Facts("The checksum of a directory block is wrong.", "directory fails checksum")
    case .htreeChecksum:
      Facts("The checksum of an index block is wrong.", "Directory index failed checksum")
    case .inodeChecksum: Facts("The checksum of an inode is wrong.", "iget: checksum invalid")
    case .superblockChecksum: Facts("The checksum of the superblock is wrong.", "Invalid superblock checksum")
    case .superblockImplausible:
      Facts("The superblock says of sizes, counts or the journal what can't be.")
    case .metadataImplausible:
      Facts(
        "Group descriptors, journal, quota files, orphan file or MMP block aren't what a kernel takes when it mounts."
      )
    case .imageTooShort:
      Facts(
        "The image doesn't hold all of the file system.", "bad geometry: block count exceeds size of device")
    case .inodeTableUnreadable:
      Facts("A group's inode table or bitmap can't be read, or is that of another group.")
    case .wayDiffers: Facts("A way of mapping gives other records than the others.")
    case .libext2fsDiffers: Facts("libext2fs' own iterator finds other records.")
    case .zeroRecordLength:
      Facts(
        "A record over a whole 64 KiB block says so by 0, as libext2fs does: ext4 reads that, ext2 doesn't.",
        "rec_len is smaller than minimal", .portability)
    case .blockLargerThanPage:
      Facts(
        "Blocks are larger than 4 KiB: an x86 kernel mounts that from Linux 6.19 on, and by ext4 only.",
        "bad block size", .portability)
    }
  }
}
