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
    let advice: String

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
  var superblockFailure: DeviceReadError?
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
}
