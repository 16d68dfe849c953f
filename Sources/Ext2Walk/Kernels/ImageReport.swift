import SystemPackage

/// All that `info` says of an image.
struct ImageReport {
  /// A file system, and who can mount it.
  struct FileSystem {
    let location: ImageLocation
    let facts: SuperblockFacts
    /// How much of it the image holds, in bytes.
    let imageByteCount: UInt64
    /// The kinds of kernels, with what they make of it.
    let kinds: [(kernel: Kernel, verdict: Verdict)]
    let running: RunningKernel
    /// What the running kernel makes of it.
    let here: Verdict
    /// Why ext2walk itself can't open it; nil where it can.
    let refusal: String?
    let advice: String

    /// Whether the first superblock can't be read.
    let hasLostFirst: Bool

    /// - Parameters:
    ///   - backup: the superblock that it was opened by, where that is not the first.
    ///   - refusal: why ext2walk can't open it, nil where it can.
    init(
      _ facts: SuperblockFacts, at location: ImageLocation, imageByteCount: UInt64, running: RunningKernel,
      backup: BackupSuperblock? = nil, hasLostFirst: Bool = false, refusal: String?
    ) {
      self.hasLostFirst = hasLostFirst
      self.facts = facts
      self.location = location
      self.imageByteCount = imageByteCount
      self.running = running
      self.refusal = refusal
      kinds = Kernel.kinds.map { ($0, $0.verdict(on: facts, imageByteCount: imageByteCount)) }
      here = running.kernel.verdict(on: facts, imageByteCount: imageByteCount)
      advice =
        facts.type == "jbd"
        ? "it is the journal of another file system, which is mounted with this device at hand"
        : MountAdvice.sentence(
          here: here, others: kinds, needsRecovery: facts.needsRecovery, location: location, backup: backup,
          isReadable: refusal == nil)
    }

    /// Whether the first superblock, or what it says of the whole, is damaged.
    var isDamaged: Bool {
      refusal != nil || hasLostFirst || facts.checksum == .wrong || imageByteCount < facts.byteCount
    }
  }

  let image: [UInt8]
  /// Of a whole disk.
  let table: PartitionTable?
  /// The partition that the rest is about, of a whole disk.
  let partition: Int?
  var fileSystem: FileSystem?
  /// Why the system doesn't give the first superblock; nil where it does, whatever stands there.
  var superblockFailure: Errno?
  /// Where the first superblock can't be read: the others that can.
  var backups: [BackupSuperblock] = []
  /// Of a whole disk: the partitions of which only backups can be read.
  var partitionsByBackup: [Int] = []

  init(image: [UInt8], table: PartitionTable?, partition: Int? = nil) {
    self.image = image
    self.table = table
    self.partition = partition
  }
}
