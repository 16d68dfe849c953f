import Basics
package import ExtVolume

/// A piece of a disk.
package struct Partition {
  /// As Linux numbers it: logical ones of an MBR begin at 5.
  package let number: Int
  /// Where it begins.
  package let start: BytePosition
  /// How long it is, in bytes.
  package let byteCount: UInt64
  /// What the table says it is for: `83` of an MBR, a GUID of a GPT.
  package let type: String
  /// What its owner called it; empty in an MBR.
  package let name: String

  /// What it is there for.
  let role: Role

  package enum Role {
    /// What it holds itself.
    case ordinary
    /// The logical partitions in it.
    case extended
    /// To stand for a GPT.
    case protective
  }
}

/// A partition, and what is in it.
package struct FoundPartition {
  package let partition: Partition
  package let contents: Contents
  /// Whether backups of a superblock can be read, where the first one can't.
  package let hasBackups: Bool
  /// Whether the image ends before it does.
  package let isCutShort: Bool

  package enum Contents {
    /// ext2, ext3 or ext4.
    case ext(Superblock)
    case other(KnownFormat)
    /// Logical partitions.
    case extended
    /// No ext file system, and nothing that anybody knows; where the system refused bytes that might tell, its refusal.
    case unknown(DeviceReadError?)
    /// Its superblock would stand where the system refuses to read.
    case unreadable(DeviceReadError)
    /// It lies after the end of the image.
    case missing
  }

  /// What the system refused where one looked at what it holds.
  package var failure: DeviceReadError? {
    switch contents {
    case .unreadable(let failure): failure
    case .unknown(let failure): failure
    case .ext, .other, .extended, .missing: nil
    }
  }

  package var isExt: Bool {
    if case .ext = contents { true } else { false }
  }
}

/// What a table of either kind says.
package struct TableEntries {
  package var partitions: [Partition]
  /// Where it is damaged, and could be read all the same.
  package var damage: [TableDamage]
  /// Whether it is the second copy, which may have outlived what it is a copy of.
  package var isBackup = false
}

/// The partitions of a whole disk.
package struct PartitionTable {
  package enum Scheme: String {
    case mbr, gpt
  }

  package let scheme: Scheme
  /// Bytes a logical sector: 512 or 4096.
  package let sectorSize: Int
  /// In the order of the table. A hostile table makes no more than 256 of them.
  package let partitions: [FoundPartition]
  package private(set) var damage: [TableDamage]
  /// Whether it is a GPT's second copy: the start of the disk is damaged, or was taken by something else.
  package let isBackup: Bool

  static let mostPartitions = 256

  /// Reads the table of a disk; nil where there is none.
  ///
  /// A GPT is told by its header at the second sector of either size, or the one in the last sector; not where an MBR
  /// says otherwise, for then these are remains. The sectors of an MBR are as large as lets more of its partitions hold something.
  ///
  /// - Parameter failure: keeps the first refusal of the system, where there is none.
  package static func read(_ disk: any ByteSource, _ failure: inout DeviceReadError?) -> PartitionTable? {
    var ofFirstSector: DeviceReadError?
    let protectedEnd = MBR.protectedEnd(disk)
    let smallMBR = MBR.read(disk, sectorSize: 512, &ofFirstSector)
    var ofGPT: DeviceReadError?
    for sectorSize in [512, 4096] where smallMBR == nil || protectedEnd != nil {
      if let entries = GPT.read(disk, sectorSize: sectorSize, protectedEnd: protectedEnd, &ofGPT) {
        var table = PartitionTable(.gpt, sectorSize: sectorSize, entries, of: disk)
        if let ofFirstSector, table.isBackup {
          table.damage.append(.firstSectorUnread(ofFirstSector))
        } else if smallMBR == nil, ofFirstSector == nil, !table.isBackup {
          table.damage.append(.noProtectiveMBR)
        }
        return table
      }
    }
    failure = failure ?? ofFirstSector ?? ofGPT
    guard let smallMBR, let largeMBR = MBR.read(disk, sectorSize: 4096, &failure) else { return nil }
    let small = PartitionTable(.mbr, sectorSize: 512, smallMBR, of: disk)
    let large = PartitionTable(.mbr, sectorSize: 4096, largeMBR, of: disk)
    let isLarge =
      large.recognisedCount == small.recognisedCount
      ? large.damage.isEmpty && !small.damage.isEmpty : large.recognisedCount > small.recognisedCount
    var table = isLarge ? large : small
    if protectedEnd != nil { table.damage.append(.lostGPT(ofGPT)) }
    return table
  }

  private init(
    _ scheme: Scheme, sectorSize: Int, _ entries: TableEntries, of disk: any ByteSource
  ) {
    self.scheme = scheme
    self.sectorSize = sectorSize
    damage = entries.damage
    isBackup = entries.isBackup
    partitions = Self.contents(of: entries.partitions, disk)
  }

  private var recognisedCount: Int {
    partitions.count { found in
      switch found.contents {
      case .ext: true
      case .other(let format): !format.isByAbsence || found.hasBackups
      case .unknown, .unreadable: found.hasBackups
      case .extended, .missing: false
      }
    }
  }

  /// The partitions that hold ext2, ext3 or ext4.
  package var ext: [FoundPartition] { partitions.filter(\.isExt) }

  private static func contents(of partitions: [Partition], _ disk: any ByteSource) -> [FoundPartition] {
    var found: [FoundPartition] = []
    for partition in partitions {
      let contents = contents(of: partition, disk)
      let hasBackups =
        switch contents {
        case .ext, .extended, .missing: false
        case .other(let format) where format.kind != .nothing: false
        case .other, .unknown, .unreadable:
          !disk.backupSuperblocks(from: partition.start, within: partition.byteCount).isEmpty
        }
      // What stands for a GPT may be as long as there are numbers.
      let isCutShort =
        partition.role != .protective && partition.start < disk.end
        && disk.end - partition.start < partition.byteCount
      found.append(
        FoundPartition(
          partition: partition, contents: contents, hasBackups: hasBackups, isCutShort: isCutShort))
    }
    return found
  }

  private static func contents(
    of partition: Partition, _ disk: any ByteSource
  ) -> FoundPartition.Contents {
    guard partition.start < disk.end else { return .missing }
    if partition.role == .extended { return .extended }
    var ofSuperblock: DeviceReadError?
    if partition.byteCount >= Superblock.end.rawValue,
      let facts = disk.superblock(at: Superblock.position.inWhole(from: partition.start), &ofSuperblock)
    {
      return .ext(facts)
    }
    let end = partition.start + min(partition.byteCount, disk.end - partition.start)
    var ofMarks: DeviceReadError?
    if let format = KnownFormat.identify(disk, in: partition.start..<end, &ofMarks),
      !format.isByAbsence || ofSuperblock == nil && ofMarks == nil
    {
      return .other(format)
    }
    return ofSuperblock.map { .unreadable($0) } ?? .unknown(ofMarks)
  }
}
