import Basics
import ExtDisk
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

/// Looks at what an image is, as far as it takes: a disk, a file system, what is left of one.
struct ImageExamination {
  private let image: [UInt8]
  private let location: ImageLocation
  private let wantedPartition: Int?
  private let options: Volume.OpenOptions

  /// - Parameters:
  ///   - image: as it was typed.
  ///   - location: where in it to begin.
  ///   - partition: of a whole disk, the one that was asked for.
  init(_ image: [UInt8], at location: ImageLocation, partition: Int?, options: Volume.OpenOptions) {
    self.image = image
    self.location = location
    wantedPartition = partition
    self.options = options
  }

  /// Looks at the image, as far as it takes.
  func report() throws -> ImageReport { try report(of: location.open()) }

  /// Looks at `file`, which the location names and is open already.
  func report(of file: any ByteSource) throws -> ImageReport {
    var report = ImageReport(image: image, at: location)
    let contents = ImageContents.examine(file, asDisk: wantedPartition != nil)
    if case .disk(let table) = contents, options.superblock == nil || wantedPartition != nil {
      report.table = table
      report.wantedPartition = wantedPartition
      guard wantedPartition != nil || table.ext.count == 1,
        let found = try contents.fileSystem(partition: wantedPartition, image: location.path)
      else {
        // A table may have outlived what it told of: then a file system took the disk, and lost its start.
        if table.isBackup, table.ext.isEmpty, report.partitionsByBackup.isEmpty {
          report.backups = try backups(file)
          report.hasLostFirst = !report.backups.isEmpty
        }
        return report
      }
      let partition = found.partition
      report.partition = partition.number
      let inside = location.moved(to: partition.start)
      try describe(
        PartSource(of: file, from: partition.start), at: inside, byteCount: partition.byteCount,
        unread: found.failure, in: &report)
      return report
    }
    if wantedPartition != nil {
      _ = try contents.fileSystem(partition: wantedPartition, image: location.path)
    }
    if case .other(let format) = contents, format.kind != .nothing, options.superblock == nil {
      if format.kind == .dynamicPartitions { try describeDynamicPartitions(file, at: location, format) }
      _ = try contents.fileSystem(partition: nil, image: location.path)
    }
    var unread: DeviceReadError?
    if case .unreadable(let failure) = contents { unread = failure }
    try describe(file, at: location, unread: unread, in: &report)
    return report
  }

  /// Adds what there is to say of the file system that begins at the start of `file`.
  ///
  /// - Parameters:
  ///   - byteCount: how long the partition is that it is in.
  ///   - unread: what the system refused where something else would show.
  private func describe(
    _ file: any ByteSource, at location: ImageLocation, byteCount: UInt64 = .max,
    unread: DeviceReadError? = nil, in report: inout ImageReport
  ) throws {
    let first = file.superblock(&report.superblockFailure)
    report.hasLostFirst = first == nil
    let facts: Superblock
    var obstacles: [MountObstacle] = []
    var refusal: VolumeError?
    var backup: BackupSuperblock?
    var lostTrees: LostTrees?
    if let block = options.superblock {
      // The volume that can be opened by it knows how large blocks are.
      let volume = try Volume(file, options: options)
      let found = volume.superblock
      facts = found
      obstacles = MountCheck.obstacles(of: volume)
      report.featuresReadPast = volume.featuresReadPast
      if block > 1 { backup = BackupSuperblock(block: block, facts: found) }
    } else if let first {
      facts = first
      do {
        let volume = try Volume(file, options: options)
        obstacles = MountCheck.obstacles(of: volume)
        report.featuresReadPast = volume.featuresReadPast
        if !hasRoot(volume) {
          report.lacksRoot = true
          report.backups = try backups(file, within: byteCount).filter(\.hasRoot)
          if report.backups.isEmpty { lostTrees = try LostTrees.find(on: volume) }
        } else if first.checksum == .wrong || volume.hasDamagedDescriptors {
          report.backups = try backups(file, within: byteCount).filter { backup in
            backup.hasRoot && !backup.hasDamagedDescriptors && backup.superblock.facts.checksum != .wrong
          }
        }
      } catch {
        let isOfAnotherSize = options.blockSize.map { $0 != first.blockSize } ?? false
        guard !isOfAnotherSize else { throw error }
        refusal = error
        let isJournal = first.type == "jbd"
        if isJournal, let obstacle = file.obstacleOfJournal(after: first) { obstacles.append(obstacle) }
        let isInOrder = isJournal && obstacles.isEmpty
        // A flipped bit may be a feature that nobody knows.
        if !isInOrder, !error.isOfUnknownFeatures || first.checksum == .wrong {
          do throws(VolumeError) {
            report.backups = try backups(file, within: byteCount)
          } catch let shortage {
            // Where it is too little for the first one too, that is said.
            if !error.isOfThisMachine { throw shortage }
          }
        }
      }
    } else {
      report.backups = try backups(file, within: byteCount)
      if report.backups.isEmpty {
        throw noSuperblock(file, at: location, min(file.byteCount, byteCount), unread)
      }
      return
    }
    report.fileSystem = ImageReport.FileSystem(
      facts, obstacles, at: location, imageByteCount: min(file.byteCount, byteCount),
      running: .here(), backup: backup, refusal: refusal, lostTrees: lostTrees)
  }

  /// The backups by which the file system can be opened: where one leads to a root, others that say the same aren't tried.
  private func backups(
    _ file: any ByteSource, within byteCount: UInt64 = .max
  ) throws(VolumeError) -> [ImageReport.Backup] {
    var serving: [ImageReport.Backup] = []
    var shortage: VolumeError?
    for backup in file.backupSuperblocks(within: byteCount, everywhere: true) {
      let options = Volume.OpenOptions(blockSize: backup.facts.blockSize, superblock: backup.block)
      if serving.contains(where: { $0.hasRoot && $0.superblock.facts.hasLayout(of: backup.facts) }) {
        // As the other one, so far as it was looked at.
        serving.append(ImageReport.Backup(superblock: backup, hasRoot: true, hasDamagedDescriptors: false))
        continue
      }
      do throws(VolumeError) {
        let volume = try Volume(file, options: options)
        serving.append(
          ImageReport.Backup(
            superblock: backup, hasRoot: hasRoot(volume), hasDamagedDescriptors: volume.hasDamagedDescriptors)
        )
      } catch {
        // Others don't serve; of this one nobody knows.
        if error.isOfThisMachine { shortage = shortage ?? error }
      }
    }
    if serving.isEmpty, let shortage { throw shortage }
    return serving
  }

  /// Whether there is a root directory that has contents where its inode leads to.
  private func hasRoot(_ volume: Volume) -> Bool {
    var inodes = InodeTable(volume)
    do throws(VolumeError) {
      let root = try inodes.inode(.root)
      let leadsSomewhere = BlockMapReader.read(root, on: volume).places.contains { _ in true }
      return root.isDirectory && (root.hasInlineData || leadsSomewhere)
    } catch {
      // A root that can't be read is none to list: MountCheck says why.
      return false
    }
  }

  private func noSuperblock(
    _ file: any ByteSource, at location: ImageLocation, _ byteCount: UInt64, _ unread: DeviceReadError?
  ) -> CommandError {
    var failure: DeviceReadError?
    let embedded = file.embeddedFileSystems(hasDynamicPartitions: false, &failure)
    let reason = unread.map { "\($0)" } ?? "there is none of ext2, ext3 or ext4"
    guard embedded.isEmpty else {
      return CommandError(
        "reading the superblock", reason: "\(reason) at the start", advice: embedded.words(in: location))
    }
    let missed = failure.map { "; what can't be read may hold one: \($0)" } ?? ""
    return CommandError(
      "reading the superblock", reason: reason + ", and where a backup would be is none that serves\(missed)",
      advice: "the first backup stands at byte 8389632, 33554432, 134217728 or 4294443008 "
        + "for blocks of 1, 2, 4 and 64 KiB; this holds \(byteCount) bytes. Elsewhere --superblock tries one, "
        + "and --offset a place further in: testdisk looks for where partitions of a lost table began")
  }

  /// Says where ext file systems begin among dynamic partitions, where there are any.
  private func describeDynamicPartitions(
    _ file: any ByteSource, at location: ImageLocation, _ format: KnownFormat
  ) throws(CommandError) {
    var failure: DeviceReadError?
    let embedded = file.embeddedFileSystems(hasDynamicPartitions: true, &failure)
    guard !embedded.isEmpty else { return }
    let missed = failure.map { "; what can't be read may hold others: \($0)" } ?? ""
    throw CommandError(
      "opening the file system", reason: "this is \(format.name)\(missed)",
      advice: "\(embedded.words(in: location)); "
        + "lpunpack \(Escaping.shellWord(location.path)) FOLDER takes all partitions out")
  }
}
