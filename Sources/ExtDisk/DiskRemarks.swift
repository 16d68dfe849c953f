import ExtVolume

/// What there is to say of a whole disk, beside what its partitions hold. In sentences.
package struct DiskRemarks {
  /// What is good to know.
  package var notes: [String] = []
  /// What is damaged, or may keep ext2, ext3 or ext4 from being found.
  package var problems: [String] = []

  package init(notes: [String] = [], problems: [String] = []) {
    self.notes = notes
    self.problems = problems
  }
}

extension PartitionTable {
  /// - Parameter number: the partition that was asked for: what is wrong elsewhere is then nothing but good to know. Nil
  ///   where ext2, ext3 and ext4 were looked for in all of them.
  package func remarks(onlyOn number: Int?) -> DiskRemarks {
    guard number == nil else { return DiskRemarks(notes: problems.map(\.text)) }
    let others = problems.filter { !$0.losesPartitions }.map(\.text)
    return DiskRemarks(notes: others, problems: losses + partitions.compactMap(\.obstacle))
  }

  /// Why there may be more partitions than were found.
  var losses: [String] { problems.filter(\.losesPartitions).map(\.text) }
}

extension FoundPartition {
  /// What may keep ext2, ext3 or ext4 from being found in it.
  fileprivate var obstacle: String? {
    let number = partition.number
    return switch contents {
    case .unreadable(let failure): "partition \(number) can't be read: \(failure)"
    case .missing: "partition \(number) lies behind the end of the image"
    default: hasBackups ? "partition \(number): the first superblock is gone" : nil
    }
  }
}
