/// The partition table of UEFI: a header in the second sector and one in the last, each with an array of entries.
enum GPT {
  private struct Header {
    /// Where the entries begin, in bytes.
    let entriesPosition: UInt64
    let entryCount, entrySize: Int
    let entriesChecksum: UInt32
  }

  /// Reads the table by its first header, or by the one at the end of the disk; nil where neither will do.
  static func read(_ disk: borrowing ImageFile, sectorSize: Int) -> TableEntries? {
    let size = UInt64(sectorSize)
    if let partitions = partitions(disk, headerAt: 1, sectorSize: size) {
      return TableEntries(partitions: partitions, problem: nil)
    }
    guard disk.byteCount >= 3 * size,
      let partitions = partitions(disk, headerAt: disk.byteCount / size - 1, sectorSize: size)
    else { return nil }
    return TableEntries(
      partitions: partitions,
      problem:
        "its first partition table is damaged or gone: the partitions are those of the backup at its end")
  }

  private static func partitions(
    _ disk: borrowing ImageFile, headerAt sector: UInt64, sectorSize: UInt64
  ) -> [Partition]? {
    guard let header = header(disk, at: sector, sectorSize: sectorSize),
      let entries = try? disk.bytes(header.entryCount * header.entrySize, at: header.entriesPosition),
      CRC32.of(entries) == header.entriesChecksum
    else { return nil }
    var partitions: [Partition] = []
    for index in 0..<header.entryCount where partitions.count < PartitionTable.mostPartitions {
      let start = index * header.entrySize
      let entry = Array(entries[start..<start + header.entrySize])
      let type = entry[0..<16]
      let first = entry.littleEndian(at: 32, as: UInt64.self)
      let last = entry.littleEndian(at: 40, as: UInt64.self)
      guard type.contains(where: { $0 != 0 }), last >= first, last < UInt64.max / sectorSize else { continue }
      let units = stride(from: 56, to: 128, by: 2).map { entry.littleEndian(at: $0, as: UInt16.self) }
      partitions.append(
        Partition(
          number: index + 1, start: first * sectorSize, byteCount: (last - first + 1) * sectorSize,
          type: guid(Array(type)), name: String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)))
    }
    return partitions
  }

  private static func header(
    _ disk: borrowing ImageFile, at sector: UInt64, sectorSize: UInt64
  ) -> Header? {
    guard var bytes = try? disk.bytes(512, at: sector * sectorSize), bytes.starts(with: "EFI PART".utf8)
    else { return nil }
    let length = Int(bytes.littleEndian(at: 12, as: UInt32.self))
    let checksum = bytes.littleEndian(at: 16, as: UInt32.self)
    guard (92...512).contains(length) else { return nil }
    // The checksum is of a header that has none.
    bytes.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    guard CRC32.of(bytes[..<length]) == checksum, bytes.littleEndian(at: 24, as: UInt64.self) == sector
    else { return nil }
    let entriesSector = bytes.littleEndian(at: 72, as: UInt64.self)
    let (position, overflow) = entriesSector.multipliedReportingOverflow(by: sectorSize)
    let entryCount = Int(bytes.littleEndian(at: 80, as: UInt32.self))
    let entrySize = Int(bytes.littleEndian(at: 84, as: UInt32.self))
    // 128 entries of 128 bytes are usual; a mebibyte of them is more than anybody has.
    guard !overflow, entrySize >= 128, entrySize <= 4096, (1...8192).contains(entryCount),
      entrySize * entryCount <= 1 << 20
    else { return nil }
    return Header(
      entriesPosition: position, entryCount: entryCount, entrySize: entrySize,
      entriesChecksum: bytes.littleEndian(at: 88, as: UInt32.self))
  }

  /// The first three of a GUID's parts are little-endian numbers.
  private static func guid(_ bytes: [UInt8]) -> String {
    func part(_ indices: some Sequence<Int>) -> String {
      indices.map { (bytes[$0] < 16 ? "0" : "") + String(bytes[$0], radix: 16) }.joined()
    }
    return [
      part((0..<4).reversed()), part((4..<6).reversed()), part((6..<8).reversed()), part(8..<10),
      part(10..<16),
    ].joined(separator: "-")
  }
}
