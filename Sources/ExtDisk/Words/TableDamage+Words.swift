import ExtVolume
import SystemPackage

extension TableDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooManyPartitions:
      return "it has more than \(PartitionTable.mostPartitions) partitions: the others are left out"
    case .firstSectorUnread(let error):
      return
        "its first sector can't be read (\(error)): if that holds a table of its own, this one is out of date"
    case .noProtectiveMBR:
      return "its first sector doesn't say that it has a GPT: Linux doesn't look for one then"
    case .lostGPT(let error):
      let state = error.map { "can be read (\($0))" } ?? "is left"
      return
        "its first sector says that it has a GPT, and neither that nor its backup \(state): partitions are missing"
    case .lostFirstCopy(let error):
      let state = error.map { "can't be read (\($0))" } ?? "is damaged or gone"
      return "its first partition table \(state): the partitions are those of the backup at its end"
    case .backupAfterEnd:
      return "the backup of its partition table would stand after the end of the image"
    case .lostBackup: return Self.ofBackup("is damaged or gone")
    case .otherBackup: return Self.ofBackup("says otherwise")
    case .backupUnread(let error): return Self.ofBackup("can't be read (\(error))")
    case .impossiblePartitions(let numbers):
      let others = numbers.count > 1 ? " and \(numbers.count - 1) others" : ""
      return "where partition \(numbers.first ?? 0)\(others) would be can't be: left out"
    case .brokenChain(let position, let end):
      return
        "the list of its logical partitions breaks off at byte \(position) (\(end.words)): some may be missing"
    }
  }

  private static func ofBackup(_ state: String) -> String {
    "the backup of its partition table \(state)"
  }
}

extension TableDamage.ChainEnd {
  fileprivate var words: String {
    switch self {
    case .tooManyLinks(let count): "more than \(count) links"
    case .loop: "it leads back there"
    case .unread(let errno): errno.description
    case .afterEnd: "after the end of the image"
    case .noTable: "there is no table"
    }
  }
}
