import ExtVolume
import TextOutput

extension FoundPartition {
  /// Its number, name, place, size, and what it holds.
  package var line: String {
    let name = partition.name.isEmpty ? "" : " \"\(Escaping.text(Array(partition.name.utf8)))\""
    return "\(partition.number)\(name): at byte \(partition.start), "
      + "\(ByteCount.human(partition.byteCount)), \(words)" + (isCutShort ? "; the image ends before" : "")
  }

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
