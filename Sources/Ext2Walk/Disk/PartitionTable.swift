import SystemPackage

/// A piece of a disk.
struct Partition {
  /// As Linux numbers it: logical ones of an MBR begin at 5.
  let number: Int
  /// Where it begins and how long it is, in bytes.
  let start, byteCount: UInt64
  /// What the table says it is for: `83` of an MBR, a GUID of a GPT.
  let type: String
  /// What its owner called it; empty in an MBR.
  let name: String
}

/// A partition, and what is in it.
struct FoundPartition {
  let partition: Partition
  let contents: Contents

  enum Contents {
    /// ext2, ext3 or ext4.
    case ext(SuperblockFacts)
    case other(Signature)
    case unknown
    /// Its start can't be read.
    case unreadable(Errno)
    /// It lies behind the end of the image.
    case missing
  }

  var isExt: Bool {
    if case .ext = contents { true } else { false }
  }
}

/// What a table of either kind says.
struct TableEntries {
  let partitions: [Partition]
  /// What is wrong with it, where it could be read all the same.
  let problem: String?
}

/// The partitions of a whole disk.
struct PartitionTable {
  enum Scheme: String {
    case mbr, gpt
  }

  let scheme: Scheme
  /// Bytes a logical sector: 512 or 4096.
  let sectorSize: Int
  /// In the order of the table. A hostile table makes no more than 256 of them.
  let partitions: [FoundPartition]
  /// What is wrong with the table, where it could be read all the same.
  let problem: String?

  static let mostPartitions = 256

  /// Reads the table of a disk; nil where there is none.
  ///
  /// A GPT is told by its header at the second sector of either size, or the one in the last sector; not where an MBR
  /// says otherwise, for then these are remains. The sectors of an MBR are as large as lets more of its partitions hold something.
  static func read(_ disk: borrowing ImageFile) -> PartitionTable? {
    let isOwnMBR = MBR.read(disk, sectorSize: 512) != nil && !MBR.isProtective(disk)
    for sectorSize in [512, 4096] where !isOwnMBR {
      if let table = GPT.read(disk, sectorSize: sectorSize) {
        return PartitionTable(
          scheme: .gpt, sectorSize: sectorSize, partitions: contents(of: table.partitions, disk),
          problem: table.problem)
      }
    }
    let readings = [512, 4096].compactMap { sectorSize in
      MBR.read(disk, sectorSize: sectorSize).map { table in
        PartitionTable(
          scheme: .mbr, sectorSize: sectorSize, partitions: contents(of: table.partitions, disk),
          problem: table.problem)
      }
    }
    guard let small = readings.first, let large = readings.last else { return nil }
    return large.recognisedCount > small.recognisedCount ? large : small
  }

  private var recognisedCount: Int {
    partitions.count {
      switch $0.contents {
      case .ext: true
      case .other(let signature): signature.kind != .nothing && signature.kind != .text
      case .unknown, .unreadable, .missing: false
      }
    }
  }

  /// The partitions that hold ext2, ext3 or ext4.
  var ext: [FoundPartition] { partitions.filter(\.isExt) }

  private static func contents(of partitions: [Partition], _ disk: borrowing ImageFile) -> [FoundPartition] {
    var found: [FoundPartition] = []
    for partition in partitions {
      found.append(FoundPartition(partition: partition, contents: contents(of: partition, disk)))
    }
    return found
  }

  private static func contents(
    of partition: Partition, _ disk: borrowing ImageFile
  ) -> FoundPartition.Contents {
    guard partition.start < disk.byteCount else { return .missing }
    if let facts = disk.superblockFacts(at: partition.start + SuperblockFacts.position) { return .ext(facts) }
    let end = min(partition.byteCount, disk.byteCount - partition.start) + partition.start
    if let signature = Signature.identify(disk, in: partition.start..<end) { return .other(signature) }
    return disk.readFailure(at: partition.start).map { .unreadable($0) } ?? .unknown
  }
}
