import ExtVolume
import TextOutput

extension MountObstacle.Reason {
  /// In a sentence.
  package var words: String {
    switch self {
    case .superblock(let value): value.words
    case .options(let conflict): conflict.words
    case .journalDevice(let failure?): "the journal that it is can't be read: \(failure)"
    case .journalDevice(nil): "it says that it is a journal, and holds none"
    case .groups(let first, let count, let damage):
      damage.words("group \(first)" + (count > 1 ? " and \(counted(count - 1, "other"))" : ""))
    case .multiMountBlock(let block, let damage):
      "block \(block), of multi-mount protection, \(damage.predicate)"
    case .usedByFsck: "e2fsck is at work on it, or was broken off (mmp)"
    case .inode(let number, let role, let obstacle, let mayBeReplayed):
      "inode \(number), \(role.words)\(mayBeReplayed ? " until the journal is replayed" : ""), "
        + obstacle.predicate
    }
  }
}

extension GroupDamage {
  fileprivate func words(_ groups: String) -> String {
    switch self {
    case .tablesOutOfPlace: "the bitmaps or inodes of \(groups) can't be where the descriptor says"
    case .tablesOverOthers: "the bitmaps or inodes of \(groups) would lie over other tables"
    case .descriptorChecksum: "the checksum of the descriptor of \(groups) is wrong"
    }
  }
}

extension MultiMountDamage {
  fileprivate var predicate: String {
    switch self {
    case .magic: "says nothing"
    case .checksum: "has a wrong checksum"
    case .unreadable(let error): "can't be read: \(error.reason)"
    }
  }
}

extension MountInode {
  fileprivate var words: String {
    switch self {
    case .root: "the root"
    case .journal: "the journal's"
    case .orphanFile: "the file of orphans"
    case .quota(.users): "the quota of users"
    case .quota(.groups): "the quota of groups"
    case .quota(.projects): "the quota of projects"
    }
  }
}

extension InodeObstacle {
  /// After the inode's name.
  fileprivate var predicate: String {
    switch self {
    case .unreadable(let error): "can't be read: \(error.reason)"
    case .damage(let damage, let inodeSize): damage.predicate(inodeSize: inodeSize)
    case .checksum: "has a wrong checksum"
    case .notDirectory: "is no directory"
    case .notFile: "is no file"
    case .notFileInUse: "is no file in use"
    case .noLinks: "has no links"
    case .noContents: "has no contents"
    case .ownBlock(let block): "can't have block \(block), which is the file system's own"
    case .ownBlocks: "has blocks that are the file system's own"
    case .blockTwice(let block): "has block \(block) twice"
    case .blockMap(let damage): "can't be read: \(damage)"
    case .longerThan(let count): "is longer than \(count) blocks"
    case .orphanMagic: "holds something else"
    case .orphanChecksum(let block): "has a wrong checksum in block \(block)"
    case .journal(let damage): damage.predicate
    case .quota(let damage): damage.predicate
    }
  }
}

extension QuotaDamage {
  fileprivate var predicate: String {
    switch self {
    case .missing: "holds no quota"
    case .version(let version): "is of version \(version), and 1 is the one"
    case .size(let kibibytes, let byteCount): "says that it has \(kibibytes) KiB, and has \(byteCount) bytes"
    case .block(let block, let count): "can't go on in its block \(block) of \(count)"
    }
  }
}
