import ExtDisk
import ExtMount
import ExtVolume
import TextOutput

/// All that `info` says of an image.
struct ImageReport {
  /// A file system, and who can mount it.
  struct FileSystem {
    let location: ImageLocation
    let facts: Superblock
    /// What can't be of what the superblock leads to.
    let obstacles: [MountObstacle]
    /// How much of it the image holds, in bytes.
    let imageByteCount: UInt64
    /// The kinds of kernels, with what they make of it.
    let kinds: [(kernel: Kernel, verdict: Verdict)]
    let running: RunningKernel
    /// What the running kernel makes of it.
    let here: Verdict
    /// Why ext2walk itself can't open it; nil where it can.
    let refusal: VolumeError?
    fileprivate let advice: String

    /// - Parameters:
    ///   - obstacles: what can't be of what the superblock leads to, where ext2walk could open it.
    ///   - backup: the superblock that it was opened by, where that is not the first.
    ///   - refusal: why ext2walk can't open it, nil where it can.
    ///   - lostTrees: what is left where the root directory is gone.
    init(
      _ facts: Superblock, _ obstacles: [MountObstacle], at location: ImageLocation, imageByteCount: UInt64,
      running: RunningKernel,
      backup: BackupSuperblock? = nil, refusal: VolumeError?, lostTrees: LostTrees? = nil
    ) {
      self.facts = facts
      self.obstacles = obstacles
      self.location = location
      self.imageByteCount = imageByteCount
      self.running = running
      self.refusal = refusal
      kinds = Kernel.kinds.map {
        ($0, $0.verdict(on: facts, obstacles: obstacles, imageByteCount: imageByteCount))
      }
      here = running.kernel.verdict(on: facts, obstacles: obstacles, imageByteCount: imageByteCount)
      advice =
        facts.type == "jbd" && obstacles.isEmpty
        ? "it is the journal of another file system, which is mounted with this device at hand"
        : MountAdvice(
          here: here, others: kinds, facts: facts, location: location, backup: backup, refusal: refusal,
          lostTrees: lostTrees
        ).sentence
    }

    /// What is wrong with the whole.
    fileprivate var problems: [String] {
      var problems: [String] = []
      if facts.checksum == .wrong { problems.append("the superblock's checksum is wrong") }
      problems += facts.impossibleValues.map { "the superblock is wrong: \($0.words)" }
      problems += obstacles.map(\.words)
      if imageByteCount < facts.byteCount {
        problems.append(Diagnostics.cutShort(imageByteCount, of: facts.byteCount))
      }
      return problems
    }
  }

  /// A backup of the superblock by which the file system can be opened.
  struct Backup {
    let superblock: BackupSuperblock
    /// Whether there is a root directory where it leads to.
    let hasRoot: Bool
    /// Whether descriptors that it leads to have wrong checksums, or tables where none can be.
    let hasDamagedDescriptors: Bool
  }

  /// As it was typed.
  let image: [UInt8]
  /// Where the image begins: the file system, or the disk that it is in.
  let location: ImageLocation
  /// Of a whole disk.
  var table: PartitionTable?
  /// The partition that was asked for, of a whole disk; nil for all there is.
  var wantedPartition: Int?
  /// The partition that the rest is about, of a whole disk.
  var partition: Int?
  var fileSystem: FileSystem?
  /// Whether the first superblock leads to no root directory.
  var lacksRoot = false
  /// Whether the first superblock is gone, or can't be read.
  var hasLostFirst = false
  /// Why the first superblock can't be read, where the system refuses it.
  var superblockFailure: FailedRead?
  /// Where the first superblock can't be used, or leads to no root: the others that can.
  var backups: [Backup] = []
  /// Of a whole disk: the partitions of which only backups can be read.
  var partitionsByBackup: [Int] {
    (table?.partitions ?? []).filter(\.hasBackups).map(\.partition.number)
  }

  init(image: [UInt8], at location: ImageLocation) {
    self.image = image
    self.location = location
  }

  /// The features that were read past: libext2fs doesn't know them.
  var featuresReadPast: [Feature] = []

  /// What is good to know: what is wrong with the disk as a whole, where one partition was asked for; what was read past.
  var notes: [String] {
    let ofDisk = wantedPartition == nil ? [] : table?.remarks(onlyOn: wantedPartition).notes ?? []
    return ofDisk + [Diagnostics.readPast(featuresReadPast)].compactMap(\.self)
  }

  /// What is wrong, in sentences: with the disk, with the file system as a whole. None where all is well.
  var problems: [String] {
    var problems: [String] = []
    if let table {
      if wantedPartition == nil {
        let remarks = table.remarks(onlyOn: nil)
        problems += remarks.notes + remarks.problems
      }
      for found in table.partitions where found.isCutShort {
        let number = found.partition.number
        guard wantedPartition == nil || wantedPartition == number else { continue }
        problems.append("partition \(number) goes on behind the end of the image")
      }
    }
    if let superblockFailure {
      problems.append("reading the superblock: \(superblockFailure)")
    } else if hasLostFirst {
      problems.append("the first superblock is gone")
    }
    problems += fileSystem?.problems ?? []
    // Nothing is wrong with a journal on a device of its own.
    if let refusal = fileSystem?.refusal, fileSystem?.facts.type != "jbd", shortage == nil {
      problems.append("ext2walk can't open it: \(refusal)")
    }
    return problems
  }

  /// What this machine has too little of to open the file system, and nothing else is at hand to open it by.
  var shortage: VolumeError? {
    fileSystem?.refusal.flatMap { $0.isOfThisMachine && backups.isEmpty ? $0 : nil }
  }

  /// What to do: in a sentence, or what to type.
  var advice: String? {
    guard let backup = backups.first(where: \.hasRoot) ?? backups.first else { return fileSystem?.advice }
    return command(for: backup)
      + (backup.hasRoot ? "" : " says which directories are left; ext2walk ls lists one as '<N>'")
  }

  /// What to type to list the file system by a backup superblock, or to find what is left of it where its root is gone.
  func command(for backup: Backup) -> String {
    "ext2walk \(backup.hasRoot ? "ls" : "verify") --superblock \(backup.superblock.block) "
      + "--block-size \(backup.superblock.facts.blockSize) "
      + shellWords(forPartition: partition)
  }

  /// What to type for the image, or for a partition of it.
  func shellWords(forPartition number: Int?) -> String {
    let found = table?.partitions.first { $0.partition.number == number }
    guard let found else { return Escaping.shellWord(location.argument) }
    // Partitions are counted in a disk that begins at the start.
    return location.offset == 0
      ? "--partition \(found.partition.number) \(Escaping.shellWord(location.path))"
      : Escaping.shellWord(location.moved(by: found.partition.start).argument)
  }
}
