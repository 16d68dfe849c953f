import Basics
import ExtDisk
import ExtMount
import ExtVolume
import TextOutput

extension ImageReport {
  /// What is good to know: what is wrong with the disk as a whole, where one partition was asked for; what was read past.
  var notes: [String] {
    let ofDisk =
      wantedPartition == nil ? [] : table?.state(onlyOf: wantedPartition).notes.map(\.sentence) ?? []
    return ofDisk + [Diagnostics.readPast(featuresReadPast)].compactMap(\.self)
  }

  /// What is wrong, in sentences: with the disk, with the file system as a whole. None where all is well.
  var problems: [String] {
    var problems: [String] = []
    if let table {
      if wantedPartition == nil {
        let disk = table.state(onlyOf: nil)
        problems += disk.notes.map(\.sentence) + disk.damage.map(\.sentence)
      }
      for found in table.partitions where found.isCutShort {
        let number = found.partition.number
        guard wantedPartition == nil || wantedPartition == number else { continue }
        problems.append("partition \(number) goes on after the end of the image")
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
      problems.append("ext2walk can't open it: \(refusal.sentence)")
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
      : Escaping.shellWord(location.moved(to: found.partition.start).argument)
  }
}

extension ImageReport.FileSystem {
  /// What is wrong with the whole.
  fileprivate var problems: [String] {
    var problems: [String] = []
    if facts.checksum == .wrong { problems.append("the superblock's checksum is wrong") }
    problems += facts.impossibleValues.map { "the superblock is wrong: \($0.words)" }
    problems += obstacles.map(\.reason.words)
    if imageByteCount < facts.byteCount {
      problems.append(Diagnostics.cutShort(imageByteCount, of: facts.byteCount))
    }
    return problems
  }
}
