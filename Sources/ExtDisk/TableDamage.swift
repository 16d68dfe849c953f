package import ExtVolume
package import SystemPackage

/// What is damaged of a partition table that could be read all the same. Its sentences are in
/// `Words/TableDamage+Words.swift`.
package enum TableDamage: Hashable, Sendable {
  /// More partitions than ext2walk takes.
  case tooManyPartitions
  /// The first sector can't be read, and the table is the backup of a GPT.
  case firstSectorUnread(DeviceReadError)
  /// There is a GPT, and the first sector doesn't say so.
  case noProtectiveMBR
  /// The first sector says that there is a GPT, and neither that nor its backup is left, or can be read.
  case lostGPT(DeviceReadError?)
  /// The first copy of a GPT is damaged or gone, or can't be read: this is the backup.
  case lostFirstCopy(DeviceReadError?)
  /// The backup of a GPT would begin at this sector, and the image has fewer.
  case backupAfterEnd(sector: UInt64)
  /// The backup of a GPT is damaged or gone.
  case lostBackup
  /// The backup of a GPT says otherwise.
  case otherBackup
  /// The backup of a GPT can't be read.
  case backupUnread(DeviceReadError)
  /// Partitions, by their numbers, that end before they begin or after the last sector there can be.
  case impossiblePartitions([Int])
  /// The list of logical partitions ends at this byte, and why.
  case brokenChain(at: BytePosition, ChainEnd)

  package enum ChainEnd: Hashable, Sendable {
    /// More than so many links.
    case tooManyLinks(Int)
    case loop
    case unread(Errno)
    case afterEnd
    case noTable
  }

  /// Whether there may be partitions that are not among those found.
  package var losesPartitions: Bool {
    switch self {
    case .tooManyPartitions, .firstSectorUnread, .lostGPT, .impossiblePartitions, .brokenChain: true
    case .noProtectiveMBR, .lostFirstCopy, .backupAfterEnd, .lostBackup, .otherBackup, .backupUnread: false
    }
  }
}
