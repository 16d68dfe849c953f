import ExtVolume
import TextOutput

extension PartitionTable {
  /// The partitions, a line each, after a line of their own.
  package var list: String {
    "its partitions (\(scheme.rawValue.uppercased()), sectors of \(sectorSize) bytes):"
      + partitions.map { found in
        let partition = found.partition
        let name = partition.name.isEmpty ? "" : " \"\(Escaping.text(Array(partition.name.utf8)))\""
        return "\n  \(partition.number)\(name): at byte \(partition.start), "
          + "\(ByteCount.human(partition.byteCount)), \(found.words)"
          + (found.isCutShort ? "; the image ends before" : "")
          + (found.hasBackups ? "; backups of a superblock can be read (ext2walk info)" : "")
      }.joined()
  }
}

extension FoundPartition {
  /// What it holds, for people.
  package var words: String {
    switch contents {
    case .ext(let facts):
      facts.type + (facts.label.isEmpty ? "" : " \"\(Escaping.text(facts.label))\"")
    case .other(let format): format.name
    case .extended: "extended: holds the logical partitions"
    case .unknown where partition.role == .protective: "stands for a GPT"
    case .unknown(let failure):
      "unknown contents (type \(partition.type))" + (failure.map { "; \($0)" } ?? "")
    case .unreadable(let failure): "can't be read: \(failure)"
    case .missing: "after the end of the image"
    }
  }
}
