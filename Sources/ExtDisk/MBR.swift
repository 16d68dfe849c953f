import Basics
package import ExtVolume
import TextOutput

/// The partition table of a PC's BIOS: four entries in the first sector, and a chain of them for logical partitions.
package enum MBR {
  private static let tableOffset = 446
  /// Links of a chain that are followed, with logical partitions in them or without.
  private static let mostLinks = 1024

  private struct Entry {
    let flag, type: UInt8
    /// In sectors.
    let start, count: UInt64
    var isUsed: Bool { type != 0 && count > 0 }
    var isExtended: Bool { isUsed && role == .extended }

    var role: Partition.Role {
      switch type {
      case 0x05, 0x0F, 0x85: .extended
      case 0xEE: .protective
      default: .ordinary
      }
    }
  }

  /// Reads the table; nil where there is none, or where a sector only looks like one.
  ///
  /// - Parameters:
  ///   - sectorSize: what its numbers count, in bytes.
  ///   - failure: keeps the refusal of the system, where the first sector can't be read.
  package static func read(
    _ disk: any ByteSource, sectorSize: Int, _ failure: inout DeviceReadError?
  ) -> TableEntries? {
    guard let entries = entries(disk, at: 0, &failure), entries.contains(where: \.isUsed),
      // A boot sector of FAT or NTFS ends in the same two bytes, but has code where entries are.
      entries.allSatisfy({ $0.flag & 0x7F == 0 && (!$0.isUsed || $0.start > 0) })
    else { return nil }
    let size = UInt64(sectorSize)
    var partitions: [Partition] = []
    for (index, entry) in entries.enumerated() where entry.isUsed {
      partitions.append(partition(index + 1, entry, from: 0, sectorSize: size))
    }
    var damage: [TableDamage] = []
    var number = 5
    for extended in entries where extended.isExtended {
      let (logical, new) = logicalEntries(of: extended, disk, sectorSize: size)
      for (entry, sector) in logical {
        partitions.append(partition(number, entry, from: sector, sectorSize: size))
        number += 1
      }
      if let new { damage.append(new) }
    }
    if partitions.count > PartitionTable.mostPartitions {
      partitions.removeSubrange(PartitionTable.mostPartitions...)
      damage.append(.tooManyPartitions)
    }
    return TableEntries(partitions: partitions, damage: damage)
  }

  /// The entries of the chain in an extended partition, each with the sector it counts from, and what breaks the chain off.
  private static func logicalEntries(
    of extended: Entry, _ disk: any ByteSource, sectorSize: UInt64
  ) -> (entries: [(Entry, from: UInt64)], damage: TableDamage?) {
    var found: [(Entry, from: UInt64)] = []
    // Links count from the extended partition's start. Even where no partition was ever made there is one.
    var next: UInt64? = 0
    var seen: Set<UInt64> = []
    while let link = next {
      let sector = extended.start + link
      let position = BytePosition(sector * sectorSize)
      guard seen.count < mostLinks else {
        return (found, .brokenChain(at: position, .tooManyLinks(mostLinks)))
      }
      guard seen.insert(link).inserted else {
        return (found, .brokenChain(at: position, .loop))
      }
      var failure: DeviceReadError?
      guard let links = entries(disk, at: position, &failure) else {
        let end: TableDamage.ChainEnd =
          failure.map { .unread($0.errno) } ?? (position + 512 > disk.end ? .afterEnd : .noTable)
        return (found, .brokenChain(at: position, end))
      }
      if let logical = links.first(where: { $0.isUsed && !$0.isExtended }) {
        found.append((logical, from: sector))
      }
      next = links.first(where: \.isExtended)?.start
    }
    return (found, nil)
  }

  /// How many sectors the disk had when the table was told that it has a GPT; nil where it doesn't say that it has one.
  static func protectedEnd(_ disk: any ByteSource) -> UInt64? {
    var failure: DeviceReadError?
    return entries(disk, at: 0, &failure)?.first { $0.role == .protective }.map { $0.start + $0.count }
  }

  private static func partition(
    _ number: Int, _ entry: Entry, from base: UInt64, sectorSize: UInt64
  ) -> Partition {
    // 32-bit numbers of sectors: neither sums nor products overflow.
    Partition(
      number: number, start: BytePosition((base + entry.start) * sectorSize),
      byteCount: entry.count * sectorSize,
      type: String(entry.type, radix: 16, width: 2), name: "", role: entry.role)
  }

  /// The four entries of the sector at `position`, in bytes; nil where it can't be read or doesn't end as it must.
  private static func entries(
    _ disk: any ByteSource, at position: BytePosition, _ failure: inout DeviceReadError?
  ) -> [Entry]? {
    guard let sector = disk.probe(512, at: position, &failure), sector[510] == 0x55, sector[511] == 0xAA
    else {
      return nil
    }
    return (0..<4).map { index in
      let at = tableOffset + index * 16
      return Entry(
        flag: sector[at], type: sector[at + 4],
        start: UInt64(sector.raw.littleEndian(at: at + 8, as: UInt32.self)),
        count: UInt64(sector.raw.littleEndian(at: at + 12, as: UInt32.self)))
    }
  }
}
