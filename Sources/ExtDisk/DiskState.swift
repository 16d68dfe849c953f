package import ExtVolume

/// What there is to say of a whole disk, beside what its partitions hold. The sentences are in
/// `Words/DiskState+Words.swift`.
package struct DiskState {
  /// What is good to know.
  package var notes: [DiskNote] = []
  /// What is damaged, or may keep ext2, ext3 or ext4 from being found.
  package var damage: [DiskDamage] = []

  package init(notes: [DiskNote] = [], damage: [DiskDamage] = []) {
    self.notes = notes
    self.damage = damage
  }
}

/// What is good to know of a disk.
package enum DiskNote: Hashable, Sendable {
  /// Damage of the table that keeps nothing from being found that was asked for.
  case table(TableDamage)
  /// The file system is in this partition, the only one with one; or the only one that was found.
  case onlyPartition(Int, isCertain: Bool)
}

/// What may keep a file system of a disk from being found.
package enum DiskDamage: Hashable, Sendable {
  case table(TableDamage)
  /// A partition can't be read.
  case unreadable(partition: Int, DeviceReadError)
  /// A partition lies after the end of the image.
  case afterEnd(partition: Int)
  /// Of a partition's superblocks only backups are left.
  case lostSuperblock(partition: Int)
}

extension PartitionTable {
  /// - Parameter number: the partition that was asked for: what is wrong elsewhere is then nothing but good to know. Nil
  ///   where ext2, ext3 and ext4 were looked for in all of them.
  package func state(onlyOf number: Int?) -> DiskState {
    guard number == nil else { return DiskState(notes: damage.map { .table($0) }) }
    return DiskState(
      notes: damage.filter { !$0.losesPartitions }.map { .table($0) },
      damage: losses.map { .table($0) } + partitions.compactMap(\.damage))
  }

  /// Why there may be more partitions than were found.
  var losses: [TableDamage] { damage.filter(\.losesPartitions) }
}

extension FoundPartition {
  /// What may keep ext2, ext3 or ext4 from being found in it.
  fileprivate var damage: DiskDamage? {
    let number = partition.number
    return switch contents {
    case .unreadable(let error): .unreadable(partition: number, error)
    case .missing: .afterEnd(partition: number)
    default: hasBackups ? .lostSuperblock(partition: number) : nil
    }
  }
}
