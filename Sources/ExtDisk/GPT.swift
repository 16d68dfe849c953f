import Basics
package import ExtVolume
import TextOutput

/// The partition table of UEFI: a header in the second sector and one in the last, each with an array of entries.
package enum GPT {
  private struct Header {
    /// The sector of the other copy.
    let otherSector: UInt64
    /// Where the entries begin, in bytes.
    let entriesPosition: BytePosition
    let entryCount, entrySize: Int
    let entriesChecksum: UInt32
  }

  /// A header, and what its entries say.
  private typealias Copy = (header: Header, table: TableEntries)

  /// Reads the table by its first header, or by the one at the end of the disk, be that where it was when the protective MBR
  /// was written; nil where none will do.
  ///
  /// - Parameters:
  ///   - protectedEnd: how many sectors that MBR says there are; nil where there is none.
  ///   - failure: keeps the first refusal of the system, where none will do.
  package static func read(
    _ disk: any ByteSource, sectorSize: Int, protectedEnd: UInt64?, _ failure: inout DeviceReadError?
  ) -> TableEntries? {
    let size = UInt64(sectorSize)
    var ofFirst: DeviceReadError?
    if var first = copy(disk, at: 1, sectorSize: size, &ofFirst) {
      if let damage = damage(ofBackupOf: first.header, disk, sectorSize: size) {
        first.table.damage.append(damage)
      }
      return first.table
    }
    failure = failure ?? ofFirst
    let sectorCount = disk.byteCount / size
    var backup: Copy?
    for end in [sectorCount, protectedEnd ?? 0] where backup == nil && end >= 3 && end <= sectorCount {
      backup = copy(disk, at: end - 1, sectorSize: size, &failure)
    }
    guard var table = backup?.table else { return nil }
    table.damage.insert(.lostFirstCopy(ofFirst), at: 0)
    table.isBackup = true
    return table
  }

  /// What is wrong with the copy that a disk would be read by, should the first be lost.
  private static func damage(
    ofBackupOf first: Header, _ disk: any ByteSource, sectorSize: UInt64
  ) -> TableDamage? {
    let sector = first.otherSector
    guard sector < disk.byteCount / sectorSize else { return .backupAfterEnd(sector: sector) }
    var failure: DeviceReadError?
    var found = TableDamage.lostBackup
    if sector > 1, let backup = copy(disk, at: sector, sectorSize: sectorSize, &failure) {
      if backup.header.entriesChecksum == first.entriesChecksum { return nil }
      found = .otherBackup
    }
    return failure.map { .backupUnread($0) } ?? found
  }

  /// The copy of the table whose header is in `sector`; nil where that is none.
  private static func copy(
    _ disk: any ByteSource, at sector: UInt64, sectorSize: UInt64, _ failure: inout DeviceReadError?
  ) -> Copy? {
    guard let header = header(disk, at: sector, sectorSize: sectorSize, &failure),
      let entries = disk.probe(header.entryCount * header.entrySize, at: header.entriesPosition, &failure),
      CRC32.of(entries) == header.entriesChecksum
    else { return nil }
    var partitions: [Partition] = []
    var impossible: [Int] = []
    var damage: [TableDamage] = []
    for index in 0..<header.entryCount {
      let start = index * header.entrySize
      let entry = Array(entries[start..<start + header.entrySize])
      let type = entry[0..<16]
      let first = entry.raw.littleEndian(at: 32, as: UInt64.self)
      let last = entry.raw.littleEndian(at: 40, as: UInt64.self)
      guard type.contains(where: { $0 != 0 }) else { continue }
      guard last >= first, last < UInt64.max / sectorSize else {
        impossible.append(index + 1)
        continue
      }
      guard partitions.count < PartitionTable.mostPartitions else {
        damage.append(.tooManyPartitions)
        break
      }
      let units = stride(from: 56, to: 128, by: 2).map { entry.raw.littleEndian(at: $0, as: UInt16.self) }
      partitions.append(
        Partition(
          number: index + 1, start: BytePosition(first * sectorSize),
          byteCount: (last - first + 1) * sectorSize,
          type: guid(Array(type)), name: String(decoding: units.prefix { $0 != 0 }, as: UTF16.self),
          role: .ordinary))
    }
    if !impossible.isEmpty { damage.append(.impossiblePartitions(impossible)) }
    return (header, TableEntries(partitions: partitions, damage: damage))
  }

  private static func header(
    _ disk: any ByteSource, at sector: UInt64, sectorSize: UInt64, _ failure: inout DeviceReadError?
  ) -> Header? {
    guard var bytes = disk.probe(512, at: BytePosition(sector * sectorSize), &failure),
      bytes.starts(with: "EFI PART".utf8)
    else { return nil }
    let length = Int(bytes.raw.littleEndian(at: 12, as: UInt32.self))
    let checksum = bytes.raw.littleEndian(at: 16, as: UInt32.self)
    guard (92...512).contains(length) else { return nil }
    // The checksum is of a header that has none.
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    guard CRC32.of(bytes[..<length]) == checksum, bytes.raw.littleEndian(at: 24, as: UInt64.self) == sector
    else { return nil }
    let entriesSector = bytes.raw.littleEndian(at: 72, as: UInt64.self)
    let (byte, overflow) = entriesSector.multipliedReportingOverflow(by: sectorSize)
    let entryCount = Int(bytes.raw.littleEndian(at: 80, as: UInt32.self))
    let entrySize = Int(bytes.raw.littleEndian(at: 84, as: UInt32.self))
    // 128 entries of 128 bytes are usual; a mebibyte of them is more than anybody has.
    guard !overflow, entrySize >= 128, entrySize <= 4096, (1...8192).contains(entryCount),
      entrySize * entryCount <= 1 << 20
    else { return nil }
    return Header(
      otherSector: bytes.raw.littleEndian(at: 32), entriesPosition: BytePosition(byte),
      entryCount: entryCount,
      entrySize: entrySize,
      entriesChecksum: bytes.raw.littleEndian(at: 88, as: UInt32.self))
  }

  /// The first three of a GUID's parts are little-endian numbers.
  private static func guid(_ bytes: [UInt8]) -> String {
    let parts = [
      Array(bytes[0..<4].reversed()), bytes[4..<6].reversed(), bytes[6..<8].reversed(), Array(bytes[8..<10]),
      Array(bytes[10..<16]),
    ]
    return parts.map { String(hexadecimal: $0) }.joined(separator: "-")
  }
}
