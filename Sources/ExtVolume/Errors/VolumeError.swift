package import FolioCore
package import SystemPackage

/// Why something of a file system could not be done. Numbers only: its sentences are in `Words/VolumeError+Words.swift`.
package enum VolumeError: ImageError, Equatable {
  /// Bytes can't be read.
  case read(ReadError, of: Subject)
  /// Bytes break a rule of the format.
  case corrupt(Corruption)
  /// The file system has features that libext2fs doesn't know; some of them can't be read past.
  case unsupported([Feature])
  /// This machine, or a limit of this shell, has too little of something: nothing need be wrong with the image.
  case limit(Limit, doing: Task)
  /// The system refused a call.
  case system(Errno, doing: Task)
  /// libext2fs refused, with this `errcode_t`.
  case libext2fs(Int, doing: Task)
  /// The image isn't what was asked for.
  case unfit(UnfitImage)
  /// There is no such inode: the file system has inodes 1 to `count`.
  case noInode(InodeNumber, count: UInt32)
  /// There is no such block: the file system has `count` of them.
  case noBlock(BlockNumber, count: UInt64)
  /// A path, as it was typed, leads nowhere.
  case lookUp(LookupError, path: [UInt8])

  /// What was being read.
  package enum Subject: Hashable, Sendable {
    case inode(InodeNumber)
    case block(BlockNumber)
    case inodeBitmap(group: UInt32)
    /// The target of a symbolic link, by its inode.
    case target(ofLink: InodeNumber)
    case journal
    case quota
  }

  /// What a call was for.
  package enum Task: Hashable, Sendable {
    /// - Parameter isDevice: whether it is a block device, as far as that was asked.
    case openImage(isDevice: Bool)
    case findSize
    /// Opening the file system; by the superblock in a block, where that isn't the first.
    case openFileSystem(superblock: BlockNumber?)
    /// Making a file in memory for pages.
    case makePages
    /// Iterating over a directory, by its inode.
    case iterate(directory: InodeNumber)
    /// Making a file system.
    case make(FreshPart)
  }

  /// A part of a file system that is being made.
  package enum FreshPart: Hashable, Sendable {
    case fileSystem, tables, root, file, rest
    case directory([UInt8])
    case room(forDirectory: [UInt8])
    case lookUp(directory: [UInt8])
    case link([UInt8])
  }

  /// What there may be too little of.
  package enum Limit: Hashable, Sendable {
    /// Files that this process may have open, and all of the machine.
    case descriptors, descriptorsOfAll
    /// Memory, as the system says it, and as libext2fs does.
    case memory, libraryMemory
  }

  /// A failure of the system.
  package static func failed(_ errno: Errno, doing task: Task) -> VolumeError {
    Limit(errno).map { .limit($0, doing: task) } ?? .system(errno, doing: task)
  }

  /// A failure of libext2fs.
  package static func failed(_ code: Int, doing task: Task) -> VolumeError {
    if code == Ext2Library.Code.noMemory { return .limit(.libraryMemory, doing: task) }
    // It hands on the system's numbers as they are.
    let limit = Int32(exactly: code).flatMap { Limit(Errno(rawValue: $0)) }
    return limit.map { .limit($0, doing: task) } ?? .libext2fs(code, doing: task)
  }

  /// Whether the file system has features that this build's libext2fs doesn't know. It may be in order all the same.
  package var isOfUnknownFeatures: Bool {
    switch self {
    case .unsupported: true
    case .libext2fs(let code, _):
      code == Ext2Library.Code.unsupportedFeature || code == Ext2Library.Code.unsupportedReadOnlyFeature
    default: false
    }
  }

  /// Whether this machine, or a limit of this shell, has too little of something: nothing need be wrong with the image.
  package var isOfThisMachine: Bool {
    if case .limit = self { true } else { false }
  }
}

extension VolumeError.Limit {
  /// Nil for a number that says something else.
  package init?(_ errno: Errno) {
    switch errno {
    case .tooManyOpenFiles: self = .descriptors
    case .tooManyOpenFilesInSystem: self = .descriptorsOfAll
    case .noMemory: self = .memory
    default: return nil
    }
  }
}

/// Why an image is none that can be read, or not the one asked for.
package enum UnfitImage: Hashable, Sendable {
  case empty
  case directory
  /// Neither a regular file nor a block device.
  case special
  /// The file system would begin at `offset`, and the image ends at byte `end`.
  case offsetAfterEnd(offset: BytePosition, end: BytePosition)
  /// It has so many bytes: a superblock would end after them.
  case tooShort(byteCount: UInt64)
  /// It is the journal of another file system.
  case journalDevice
  /// Blocks have `found` bytes, and `wanted` were asked for.
  case blockSize(found: BlockSize, wanted: BlockSize)
}

/// Why a path leads nowhere. Paths in it lead from the root to where that shows.
package enum LookupError: Hashable, Sendable {
  case emptyPath
  case notFound
  /// A path that ends in a slash leads to something else than a directory.
  case notDirectory
  /// What stands before a slash is no directory.
  case notDirectoryOnTheWay([UInt8])
  /// What stands before a slash is a symbolic link that isn't followed.
  case linkOnTheWay([UInt8])
  case tooManyLinks
  case targetTooLong
}

/// Bytes that break a rule of the format, where they keep something from being done.
package enum Corruption: Equatable, Sendable {
  /// The superblock says something that no valid file system has, and nothing can be read by it.
  case superblock(ImpossibleValue)
  /// The superblock that libext2fs read isn't one.
  case magic
  /// In bytes.
  case inodeSize(Int)
  case inodesPerGroup(UInt32)
  case inodeCount(UInt32)
  /// More groups than the image has descriptors of.
  case groupCount(UInt64)
  /// A descriptor leads to no block of the file system.
  case inodeBitmap(group: UInt32, block: BlockNumber)
  /// - Parameter hasBackups: whether there may be backups that weren't tried.
  case inodeTable(group: UInt32, block: BlockNumber, hasBackups: Bool)
  /// It lies where that of another group is.
  case sharedInodeTable(group: UInt32)
  /// An inode bitmap of `room` bits for more inodes than that.
  case inodeBitmapRoom(group: UInt32, room: Int, inodeCount: UInt32)
  /// The inode of the root is of this type.
  case root(FolioCore.FileType)
  /// The extended attributes of an inode that has its contents there.
  case inlineAttributes(inode: InodeNumber)
  /// So many bytes that aren't the target of an encrypted symbolic link.
  case encryptedTarget(inode: InodeNumber, byteCount: Int)
  /// A target that isn't as long as its inode says.
  case target(inode: InodeNumber, [UInt8], byteCount: UInt64)
  /// A target of a length that none can have.
  case targetLength(inode: InodeNumber, UInt64)
  /// The block of a target can't be found.
  case targetBlock(inode: InodeNumber)
}
