import ExtDisk
import TextOutput

extension DiskAdvice {
  /// What to do, by options and commands of ext2walk's where that is the way.
  var words: String {
    switch self {
    case .copyAndBackups(let number, let image):
      "a failing disk is best copied first (ddrescue); of a file system, a backup of the superblock may be "
        + "left: ext2walk info \(number.map { "--partition \($0) " } ?? "")\(Escaping.shellWord(image)) looks for them"
    case .format(let format, nil, let image): format.advice(image: Escaping.shellWord(image))
    case .format(let format, .some, let image): format.adviceForPartition(of: Escaping.shellWord(image))
    case .choice: "choose one by --partition"
    case .partitions(let table): table.list
    case .placesOfPartitions:
      "testdisk looks for where they began, and --offset reads the file system there"
    case .newBackupOfTable: "sfdisk --relocate gpt-bak-std COPY writes one to a copy"
    }
  }

  /// What stands between this and what it is about: a choice is what is wrong.
  fileprivate var separator: String {
    if case .choice = self { ": " } else { "; " }
  }
}

// What the library says of itself, and what to do about it.

extension DiskError: ReportedError {
  var sentence: String { advice.reduce(description) { $0 + $1.separator + $1.words } }
}

extension DiskNote {
  /// What is good to know, and what to do about it.
  var sentence: String { description + (advice.map { $0.separator + $0.words } ?? "") }
}

extension DiskDamage {
  /// What is damaged, and what to do about it.
  var sentence: String { description + (advice.map { $0.separator + $0.words } ?? "") }
}

extension KnownFormat {
  /// What to do next. `image` is the file's name as it can be typed.
  fileprivate func advice(image: String) -> String {
    switch kind {
    case .compressed(let program): "unpack it first: \(program) -dk \(image)"
    case .archive(let program): "unpack the image that is in it first: \(program) \(image) says what there is"
    case .virtualDisk(let format):
      "convert it first: qemu-img convert -f \(format) -O raw \(image) disk.img"
    case .sparseAndroid: "convert it first: simg2img \(image) disk.img"
    case .forensic(let program, let file):
      "show it as a disk first: \(program) \(image) FOLDER, then read FOLDER/\(file)"
    case .dynamicPartitions:
      "ext2walk info \(image) says which ext file systems begin in it; lpunpack \(image) FOLDER takes all partitions out"
    case .metadataOnly:
      "it holds no directories: debugfs -i \(image) reads its inodes; e2image -r DEVICE COPY writes what ext2walk lists"
    case .cached(let position):
      "what it backs usually begins at byte \(position) (ext2walk ls --offset \(position) \(image)), and lacks what is only "
        + "in the cache; bcache-super-show says where, and registered it is /dev/bcacheN"
    case .other(let readers): readers.replacing("IMAGE", with: image)
    case .encrypted: "open it first: cryptsetup open \(image) NAME, then read /dev/mapper/NAME"
    case .volumeManager:
      "activate it first: vgchange -ay (losetup -fP makes a device of a file), then read /dev/VOLUMEGROUP/VOLUME"
    case .raidMember:
      "assemble it first: mdadm --assemble --readonly (losetup -fP makes a device of a file), then read /dev/mdN"
    case .otherFileSystem: "ext2walk reads ext2, ext3 and ext4 only"
    case .swap: "there are no files in it"
    case .text: "give a file or device that holds a file system"
    case .nothing:
      "a file system may begin further in (--offset), or its first superblock is gone (--superblock): "
        + "ext2walk info \(image) looks for backup superblocks, and in the first 4 MiB for file systems"
    }
  }

  /// What to do next with a partition of `image`, a name as it can be typed.
  fileprivate func adviceForPartition(of image: String) -> String {
    let advice = advice(image: "PARTITION")
    guard advice.contains("PARTITION") else { return advice }
    return "\(advice); PARTITION is its device: losetup -rfP \(image) makes one of a file"
  }
}
