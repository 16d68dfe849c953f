import FolioCore
import SystemPackage
import TextOutput

extension VolumeError {
  /// What was being done, why that failed, and what to do about it.
  package var description: String {
    (operation.map { "\($0): " } ?? "") + reason + (advice.map { "; \($0)" } ?? "")
  }

  /// What was being done, as a participle: "reading inode 12". Nil where the reason says all.
  private var operation: String? {
    switch self {
    case .read(_, let subject): subject.operation
    case .corrupt(let corruption): corruption.operation
    case .unsupported: Task.openFileSystem(superblock: nil).operation
    case .limit(_, let task), .system(_, let task), .libext2fs(_, let task): task.operation
    case .unfit(let image): image.operation
    case .noInode(let number, _): Subject.inode(number).operation
    case .noBlock(let number, _): Subject.block(number).operation
    case .lookUp(.emptyPath, _): "\"\""
    case .lookUp(_, let path): Escaping.text(path)
    }
  }

  /// Why it failed.
  package var reason: String {
    switch self {
    case .read(let error, _): error.description
    case .corrupt(let corruption): corruption.reason
    case .unsupported(let features):
      "it has the feature \(Self.notReadPast(features).map(\.name).joined(separator: ", ")), "
        + "which libext2fs doesn't know, nor whether directories can be read without it"
    case .limit(let limit, _): limit.reason
    case .system(let errno, _): errno.description
    case .libext2fs(let code, _): Ext2Library.words(for: code)
    case .unfit(let image): image.reason
    case .noInode(_, let count): "the file system has inodes 1 to \(count)"
    case .noBlock(_, let count): "the file system has blocks up to \(count - 1)"
    case .lookUp(let error, _): error.words
    }
  }

  /// What to do about it, where there is something.
  package var advice: String? {
    switch self {
    case .read, .noInode, .noBlock, .lookUp: nil
    case .corrupt(let corruption): corruption.advice
    case .unsupported(let features):
      "who reads it: "
        + Self.notReadPast(features).map { "\($0.name): \($0.reading.readers)" }.joined(separator: "; ")
    case .limit(.memory, let task), .limit(.libraryMemory, let task):
      task.advice ?? VolumeError.Limit.memory.advice
    case .limit(let limit, _): limit.advice
    case .system(let errno, let task): task.advice(for: errno) ?? task.advice
    case .libext2fs(let code, let task): task.advice ?? task.advice(for: code)
    case .unfit(let image): image.advice
    }
  }

  /// Those that can't be read past.
  private static func notReadPast(_ features: [Feature]) -> [Feature] {
    features.filter { $0.reading.whySafe == nil }
  }
}

extension VolumeError.Limit {
  package var advice: String {
    switch self {
    case .descriptors: "this shell allows too few open files (ulimit -n)"
    case .descriptorsOfAll: "the whole machine has too many"
    case .memory, .libraryMemory:
      "the image asks for more than there is, or this shell allows too little (ulimit -v)"
    }
  }

  fileprivate var reason: String {
    switch self {
    case .descriptors: Errno.tooManyOpenFiles.description
    case .descriptorsOfAll: Errno.tooManyOpenFilesInSystem.description
    case .memory: Errno.noMemory.description
    case .libraryMemory: Ext2Library.words(for: Ext2Library.Code.noMemory)
    }
  }
}

extension VolumeError.Subject {
  fileprivate var operation: String {
    switch self {
    case .inode(let number): "reading inode \(number)"
    case .block(let number): "reading block \(number)"
    case .inodeBitmap: "reading the inode bitmap"
    case .target(let inode): "reading the target of symbolic link \(inode)"
    case .journal: "reading the journal"
    case .quota: "reading the quota"
    }
  }
}

extension VolumeError.Task {
  fileprivate var operation: String {
    switch self {
    case .openImage: "opening the image"
    case .findSize: "finding the size of the image"
    case .openFileSystem(nil): "opening the file system"
    case .openFileSystem(let block?): "opening the file system by the superblock in block \(block)"
    case .makePages: "making a file in memory for pages"
    case .iterate(let directory): "iterating over directory \(directory)"
    case .make(let part): part.operation
    }
  }

  /// What to do, whatever failed.
  fileprivate var advice: String? {
    switch self {
    case .openFileSystem(.some):
      "backups stand at the start of block groups; their numbers depend on the block size (--block-size)"
    case .makePages:
      "it takes memfd_create(2), which an old kernel or a sandbox refuses, and address space (ulimit -v)"
    case .openImage, .findSize, .openFileSystem(nil), .iterate, .make: nil
    }
  }

  fileprivate func advice(for errno: Errno) -> String? {
    guard case .openImage(let isDevice) = self else { return nil }
    return switch errno {
    case .permissionDenied where isDevice:
      "reading a device takes root (sudo), or usually membership of the group disk"
    case .permissionDenied: "its owner can let you read it (chmod), or sudo may"
    case .noSuchFileOrDirectory: "check the path"
    default: nil
    }
  }

  fileprivate func advice(for code: Int) -> String? {
    guard case .openFileSystem = self else { return nil }
    return switch code {
    case Ext2Library.Code.badMagic:
      "not ext2, ext3 or ext4, or it begins further in (--offset), or its first superblock is damaged (--superblock): ext2walk info looks for backup superblocks, and in the first 4 MiB for file systems"
    case Ext2Library.Code.corruptSuperblock, Ext2Library.Code.unreadDescriptors,
      Ext2Library.Code.shortRead:
      "a backup may serve: --superblock"
    case Ext2Library.Code.unsupportedFeature:
      "it has a feature this build's libext2fs doesn't know: a newer one may"
    case Ext2Library.Code.badDescriptorSize:
      "ext2walk info names the impossible value, and a backup superblock that serves, where there is one"
    default: nil
    }
  }
}

extension VolumeError.FreshPart {
  fileprivate var operation: String {
    switch self {
    case .fileSystem: "making a file system"
    case .tables: "making its tables"
    case .root: "making its root directory"
    case .file: "making a file"
    case .rest: "writing a file system"
    case .directory(let name): "making directory \(Escaping.text(name))"
    case .room(let name): "making room for directory \(Escaping.text(name))"
    case .lookUp(let name): "looking directory \(Escaping.text(name)) up"
    case .link(let name): "linking \(Escaping.text(name))"
    }
  }
}

extension UnfitImage {
  fileprivate var operation: String {
    switch self {
    case .empty, .directory, .special, .offsetAfterEnd: "opening the image"
    case .tooShort, .journalDevice: "opening the file system"
    case .blockSize: "checking the block size"
    }
  }

  fileprivate var reason: String {
    switch self {
    case .empty: "it is empty"
    case .directory: "it is a directory"
    case .special: "it is neither a regular file nor a block device"
    case .offsetAfterEnd(let offset, let end): "offset \(offset) is behind its end at byte \(end)"
    case .tooShort(let byteCount):
      "there are \(byteCount) bytes, and the superblock would end at byte \(Superblock.end)"
    case .journalDevice: "this is the journal of another file system, and has no files"
    case .blockSize(let found, let wanted): "it is \(found) bytes, not the \(wanted) asked for"
    }
  }

  fileprivate var advice: String? {
    switch self {
    case .empty: "nothing was copied into it, or a download failed: get it anew"
    case .directory: "give a file or device that holds a file system"
    case .tooShort: "it is no file system, or was cut short"
    case .special, .offsetAfterEnd, .journalDevice, .blockSize: nil
    }
  }
}

extension LookupError {
  fileprivate var words: String {
    switch self {
    case .emptyPath: "the path is empty; the root is /"
    case .notFound: "no such file or directory"
    case .notDirectory: "not a directory"
    case .notDirectoryOnTheWay(let path): "\(Escaping.text(path)) is not a directory"
    case .linkOnTheWay(let path):
      "\(Escaping.text(path)) is a symbolic link, and those are followed only at the end, by a slash"
    case .tooManyLinks: "too many levels of symbolic links"
    case .targetTooLong: "the target of a symbolic link on the way is too long"
    }
  }
}

extension Corruption {
  fileprivate var operation: String? {
    switch self {
    case .superblock, .groupCount: "opening the file system"
    case .magic, .inodeSize, .inodesPerGroup, .inodeCount: "reading the superblock"
    case .inodeBitmap(let group, _): "finding the inode bitmap of group \(group)"
    case .inodeTable(let group, _, _): "finding the inode table of group \(group)"
    case .sharedInodeTable: "reading the inode table"
    case .inodeBitmapRoom: nil
    case .root: "reading the root directory"
    case .inlineAttributes(let inode): "reading the contents of inode \(inode)"
    case .encryptedTarget(let inode, _), .target(let inode, _, _), .targetLength(let inode, _),
      .targetBlock(let inode):
      VolumeError.Subject.target(ofLink: inode).operation
    }
  }

  fileprivate var reason: String {
    switch self {
    case .superblock(let value): value.words
    case .magic: Ext2Library.words(for: Ext2Library.Code.badMagic)
    case .inodeSize(let size): ImpossibleValue.inodeSize(size).words
    case .inodesPerGroup: "there are no inodes in a group"
    case .inodeCount(let count): "there can't be \(count) inodes"
    case .groupCount(let count):
      "it claims \(count) groups, and the image doesn't hold so many descriptors of them"
    case .inodeBitmap: Ext2Library.words(for: Ext2Library.Code.badInodeBitmap)
    case .inodeTable: Ext2Library.words(for: Ext2Library.Code.badInodeTable)
    case .sharedInodeTable: "it lies where that of another group is"
    case .inodeBitmapRoom(_, let room, let count): "the inode bitmap has room for \(room) of \(count) inodes"
    case .root(let type): "inode \(InodeNumber.root) is no directory but of type \(type.word)"
    case .inlineAttributes: Ext2Library.words(for: Ext2Library.Code.noAttributes)
    case .encryptedTarget(_, let byteCount): "its \(byteCount) bytes are no encrypted target"
    case .target(_, let target, let byteCount):
      "it is \"\(Escaping.text(target))\", which is not \(byteCount) bytes long as its inode says"
    case .targetLength(_, let byteCount): "it can't be \(byteCount) bytes long"
    case .targetBlock: "its block can't be found"
    }
  }

  fileprivate var advice: String? {
    switch self {
    case .superblock: "a backup may serve: ext2walk info looks for them"
    case .inodeTable(_, _, hasBackups: true): "a backup may serve: ext2walk info looks for them"
    case .groupCount: "a backup may serve: --superblock"
    case .root:
      "ext2walk info gives the command that lists what is left; <N> names another inode to begin at"
    case .inlineAttributes: "its extended attributes are damaged"
    default: nil
    }
  }
}
