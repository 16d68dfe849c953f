import FolioCore
import SystemPackage
import TextOutput

extension VolumeError {
  /// What was being done, and why that failed.
  package var description: String {
    (operation.map { "\($0): " } ?? "") + reason + (remark.map { "; \($0)" } ?? "")
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
      "it has the feature \(features.filter { $0.readPast == nil }.map(\.name).joined(separator: ", ")), "
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

  /// What more there is to know of why it failed, where it is said alone.
  private var remark: String? {
    switch self {
    case .corrupt(.inlineAttributes): "its extended attributes are damaged"
    case .unfit(.tooShort): "it is no file system, or was cut short"
    default: nil
    }
  }
}

extension VolumeError.Limit {
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
    case .offsetAfterEnd(let offset, let end): "offset \(offset) is after its end at byte \(end)"
    case .tooShort(let byteCount):
      "there are \(byteCount) bytes, and the superblock would end at byte \(Superblock.end)"
    case .journalDevice: "this is the journal of another file system, and has no files"
    case .blockSize(let found, let wanted): "it is \(found) bytes, not the \(wanted) asked for"
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
}
