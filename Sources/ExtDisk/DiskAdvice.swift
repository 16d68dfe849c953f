/// What would help where a disk is damaged, or where no file system could be found. A program that uses this library knows by
/// which of its options and commands, and says it.
package enum DiskAdvice {
  /// To copy a failing disk, and to look for backup superblocks in the image, or in this partition of it.
  case copyAndBackups(partition: Int?, image: [UInt8])
  /// What leads from a file of this format, or a partition that is one, to a file system.
  case format(KnownFormat, partition: Int?, image: [UInt8])
  /// To choose a partition.
  case choice
  /// To see which partitions there are.
  case partitions(PartitionTable)
  /// To look for where partitions of a lost table began, and to read the file system there.
  case placesOfPartitions
  /// To write a new backup of a GPT, to a copy.
  case newBackupOfTable
}

extension DiskError {
  /// What would help, in that order.
  package var advice: [DiskAdvice] {
    switch self {
    case .unreadable(let number, _, let image): [.copyAndBackups(partition: number, image: image)]
    case .otherFormat(let format, let number, let image):
      [.format(format, partition: number, image: image)]
    case .noPartition(_, let table): table.losses.compactMap(\.advice) + [.partitions(table)]
    case .extendedPartition(_, let table), .noFileSystem(let table): [.partitions(table)]
    case .severalFileSystems(let table): [.choice, .partitions(table)]
    case .noTable, .partitionAfterEnd: []
    }
  }
}

extension TableDamage {
  /// What would help, where something would.
  package var advice: DiskAdvice? {
    switch self {
    case .lostGPT: .placesOfPartitions
    case .lostBackup, .otherBackup, .backupUnread: .newBackupOfTable
    case .tooManyPartitions, .firstSectorUnread, .noProtectiveMBR, .lostFirstCopy, .backupAfterEnd,
      .impossiblePartitions, .brokenChain:
      nil
    }
  }
}

extension DiskNote {
  /// What would help, where something would.
  package var advice: DiskAdvice? {
    if case .table(let damage) = self { damage.advice } else { nil }
  }
}

extension DiskDamage {
  /// What would help, where something would.
  package var advice: DiskAdvice? {
    if case .table(let damage) = self { damage.advice } else { nil }
  }
}
