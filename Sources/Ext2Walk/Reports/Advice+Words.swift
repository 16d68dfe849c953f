import ExtCheck
import ExtVolume
import FolioCore

extension Advice {
  /// What to do, by options and commands of ext2walk's where that is the way.
  var words: String {
    switch self {
    case .otherPath: "check the path"
    case .permission(isDevice: true):
      "reading a device takes root (sudo), or usually membership of the group disk"
    case .permission(isDevice: false): "its owner can let you read it (chmod), or sudo may"
    case .newCopy: "nothing was copied into it, or a download failed: get it anew"
    case .fileOrDevice: "give a file or device that holds a file system"

    case .otherPlaceOrBackup:
      "not ext2, ext3 or ext4, or it begins further in (--offset), or its first superblock is damaged "
        + "(--superblock): ext2walk info looks for backup superblocks, and in the first 4 MiB for file systems"
    case .backup: "a backup may serve: --superblock"
    case .searchForBackups: "a backup may serve: ext2walk info looks for them"
    case .placesOfBackups:
      "backups stand at the start of block groups; their numbers depend on the block size (--block-size)"
    case .impossibleValue:
      "ext2walk info names the impossible value, and a backup superblock that serves, where there is one"
    case .otherRoot:
      "ext2walk info gives the command that lists what is left; <N> names another inode to begin at"
    case .newerLibrary: "it has a feature this build's libext2fs doesn't know: a newer one may"
    case .otherReaders(let features):
      "who reads it: " + features.map { "\($0.name): \($0.readers)" }.joined(separator: "; ")

    case .more(.descriptors): "this shell allows too few open files (ulimit -n)"
    case .more(.descriptorsOfAll): "the whole machine has too many"
    case .more(.memory), .more(.libraryMemory):
      "the image asks for more than there is, or this shell allows too little (ulimit -v)"
    case .filesInMemory:
      "it takes memfd_create(2), which an old kernel or a sandbox refuses, and address space (ulimit -v)"
    case .otherTemporaryDirectory: "TMPDIR says where another can be made"
    }
  }
}

extension Advice? {
  /// `text`, and what to do about it.
  fileprivate func after(_ text: String) -> String { map { "\(text); \($0.words)" } ?? text }
}

// What the libraries say of themselves, and what to do about it.

extension VolumeError: ReportedError {
  var sentence: String { advice.after(description) }
}

extension SelfTestError: ReportedError {
  var sentence: String { advice.after(description) }
}

extension DirectoryDamage {
  /// Where and what, and what to do about it: "directory /a (inode 12), block 0 …".
  func sentence(directory: InodeNumber, path: [UInt8]) -> String {
    advice.after(description(directory: directory, path: path))
  }
}

extension Finding {
  /// What was found, and what to do about it; empty where the rule says all. Names in it are escaped.
  var found: String { advice.after(foundWords) }

  /// What is wrong, in a line: what rule, in a kernel's words where it has some, and what was found.
  var words: String {
    let what = kernelWording ?? rule.sentence
    return "\(rule.rawValue): \(what)\(found.isEmpty ? "" : " (\(found))")"
  }
}
