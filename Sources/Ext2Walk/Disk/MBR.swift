/// The partition table of a PC's BIOS: four entries in the first sector, and a chain of them for logical partitions.
enum MBR {
  private static let tableOffset = 446
  /// Links of chains that are followed, with logical partitions in them or without.
  private static let mostLinks = 1024
  private static let extendedTypes: Set<UInt8> = [0x05, 0x0F, 0x85]

  private struct Entry {
    let flag, type: UInt8
    /// In sectors.
    let start, count: UInt64
    var isUsed: Bool { type != 0 && count > 0 }
  }

  /// Reads the table; nil where there is none, or where a sector only looks like one.
  ///
  /// - Parameter sectorSize: what its numbers count, in bytes.
  static func read(_ disk: borrowing ImageFile, sectorSize: Int) -> TableEntries? {
    guard let entries = entries(disk, at: 0), entries.contains(where: \.isUsed),
      // A boot sector of FAT or NTFS ends in the same two bytes, but has code where entries are.
      entries.allSatisfy({ $0.flag & 0x7F == 0 && (!$0.isUsed || $0.start > 0) })
    else { return nil }
    let size = UInt64(sectorSize)
    var partitions: [Partition] = []
    for (index, entry) in entries.enumerated() where entry.isUsed {
      partitions.append(partition(index + 1, entry, from: 0, sectorSize: size))
    }
    var number = 5
    var linkCount = 0
    var problem: String?
    for extended in entries where extendedTypes.contains(extended.type) && extended.isUsed {
      // Each link counts from the extended partition's start; none is followed twice.
      var next: UInt64? = 0
      var seen: Set<UInt64> = []
      while let link = next, seen.insert(link).inserted, linkCount < mostLinks,
        partitions.count < PartitionTable.mostPartitions
      {
        linkCount += 1
        let sector = extended.start + link
        guard let chain = Self.entries(disk, at: sector * size) else {
          // An extended partition in which none was ever made may begin with anything that can be read.
          if link > 0 || sector * size >= disk.byteCount || disk.readFailure(at: sector * size) != nil {
            problem =
              "the list of its logical partitions breaks off at byte \(sector * size): some may be missing"
          }
          break
        }
        if let logical = chain.first(where: { $0.isUsed && !extendedTypes.contains($0.type) }) {
          partitions.append(partition(number, logical, from: sector, sectorSize: size))
          number += 1
        }
        next = chain.first { $0.isUsed && extendedTypes.contains($0.type) }?.start
      }
    }
    return TableEntries(partitions: partitions, problem: problem)
  }

  /// Whether the table says that the disk has a GPT, and this is there for those who don't know it.
  static func isProtective(_ disk: borrowing ImageFile) -> Bool {
    entries(disk, at: 0)?.contains { $0.type == 0xEE } ?? false
  }

  private static func partition(
    _ number: Int, _ entry: Entry, from base: UInt64, sectorSize: UInt64
  ) -> Partition {
    // 32-bit numbers of sectors: neither sums nor products overflow.
    let type = String(entry.type, radix: 16)
    return Partition(
      number: number, start: (base + entry.start) * sectorSize, byteCount: entry.count * sectorSize,
      type: entry.type < 16 ? "0" + type : type, name: "")
  }

  /// The four entries of the sector at `position`, in bytes; nil where it can't be read or doesn't end as it must.
  private static func entries(_ disk: borrowing ImageFile, at position: UInt64) -> [Entry]? {
    guard let sector = try? disk.bytes(512, at: position), sector[510] == 0x55, sector[511] == 0xAA else {
      return nil
    }
    return (0..<4).map { index in
      let at = tableOffset + index * 16
      return Entry(
        flag: sector[at], type: sector[at + 4],
        start: UInt64(sector.littleEndian(at: at + 8, as: UInt32.self)),
        count: UInt64(sector.littleEndian(at: at + 12, as: UInt32.self)))
    }
  }
}
