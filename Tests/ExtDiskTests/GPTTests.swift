import Basics
import SystemPackage
import Testing

@testable import ExtDisk
@testable import ExtVolume
@testable import TestSupport

/// The tables of GPTs, from bytes made by hand.
@Suite struct GPTTests {
  private static let type: [UInt8] = [
    0xAF, 0x3D, 0xC6, 0x0F, 0x83, 0x84, 0x72, 0x47, 0x8E, 0x79, 0x3D, 0x69, 0xD8, 0x47, 0x7D, 0xE4,
  ]

  private static func entry(
    type: [UInt8] = type, first: UInt64, last: UInt64, name: String = "", size: Int = 128
  ) -> [UInt8] {
    var bytes = type + [UInt8](repeating: 0xEE, count: 16)
    bytes += first.littleEndianBytes + last.littleEndianBytes + [UInt8](repeating: 0, count: 8)
    bytes += name.utf16.flatMap(\.littleEndianBytes)
    return bytes + [UInt8](repeating: 0, count: size - bytes.count)
  }

  /// What a header says, and where it stands.
  private struct Header {
    var length: UInt32 = 92
    var sector: UInt64 = 1
    var other: UInt64 = 63
    var entriesSector: UInt64 = 2
    var count: UInt32 = 4
    var size: UInt32 = 128
    var checksum: UInt32?
    var entriesChecksum: UInt32?
    var magic = "EFI PART"
  }

  /// Puts a header and its entries into a disk.
  private func put(
    _ header: Header, at sector: Int? = nil, _ entries: [[UInt8]], in disk: inout [UInt8],
    sectorSize: Int = 512
  ) {
    var table = Array(entries.joined())
    let byteCount = Int(header.count) * Int(header.size)
    if byteCount <= 16384 { table += [UInt8](repeating: 0, count: max(0, byteCount - table.count)) }
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes.put(Array(header.magic.utf8), at: 0)
    bytes.put(header.length.littleEndianBytes, at: 12)
    bytes.put(header.sector.littleEndianBytes, at: 24)
    bytes.put(header.other.littleEndianBytes, at: 32)
    bytes.put(header.entriesSector.littleEndianBytes, at: 72)
    bytes.put(header.count.littleEndianBytes, at: 80)
    bytes.put(header.size.littleEndianBytes, at: 84)
    bytes.put((header.entriesChecksum ?? CRC32.of(table)).littleEndianBytes, at: 88)
    let checked = bytes.prefix(Int(min(header.length, 512)))
    bytes.put((header.checksum ?? CRC32.of(checked)).littleEndianBytes, at: 16)
    disk.put(bytes, at: (sector ?? Int(header.sector)) * sectorSize)
    let at = header.entriesSector.multipliedReportingOverflow(by: UInt64(sectorSize))
    if !at.overflow, at.partialValue + UInt64(table.count) <= UInt64(disk.count) {
      disk.put(table, at: Int(at.partialValue))
    }
  }

  private func read(_ disk: [UInt8], sectorSize: Int = 512, protectedEnd: UInt64? = nil) -> TableEntries? {
    var failure: DeviceReadError?
    let table = GPT.read(
      MemorySource(disk), sectorSize: sectorSize, protectedEnd: protectedEnd, &failure)
    #expect(failure == nil)
    return table
  }

  private static let entries = [
    entry(first: 8, last: 15, name: "root äö🎉"),
    entry(type: [UInt8](repeating: 0, count: 16), first: 1, last: 2),
    entry(first: 20, last: 20),
  ]

  /// A disk of 64 sectors with both copies.
  private func whole(sectorSize: Int = 512) -> [UInt8] {
    var disk = [UInt8](repeating: 0, count: 64 * sectorSize)
    put(Header(), Self.entries, in: &disk, sectorSize: sectorSize)
    put(
      Header(sector: 63, other: 1, entriesSector: 58), Self.entries, in: &disk, sectorSize: sectorSize)
    return disk
  }

  @Test(arguments: [512, 4096]) func aPartitionHasAllItsFields(sectorSize: Int) throws {
    let table = try #require(read(whole(sectorSize: sectorSize), sectorSize: sectorSize))
    #expect(table.damage.isEmpty && !table.isBackup)
    #expect(table.partitions.map(\.number) == [1, 3])
    let (first, last) = (table.partitions[0], table.partitions[1])
    let size = UInt64(sectorSize)
    #expect(first.start == BytePosition(8 * size) && first.byteCount == 8 * size && first.name == "root äö🎉")
    #expect(first.type == "0fc63daf-8483-4772-8e79-3d69d8477de4" && first.role == .ordinary)
    #expect(last.start == BytePosition(20 * size) && last.byteCount == size && last.name.isEmpty)
  }

  @Test func theBackupServesWhereTheFirstIsGone() throws {
    var disk = whole()
    disk.put([UInt8](repeating: 0, count: 512), at: 512)
    let table = try #require(read(disk))
    #expect(table.isBackup && table.partitions.map(\.number) == [1, 3])
    #expect(table.damage.first?.description.contains("is damaged or gone") == true)
    #expect(table.damage == [.lostFirstCopy(nil)])
    // Where the disk has grown since, the protective MBR says where it stands.
    disk += [UInt8](repeating: 0, count: 512 * 10)
    #expect(read(disk) == nil)
    #expect(read(disk, protectedEnd: 64)?.isBackup == true)
    #expect(read(disk, protectedEnd: 75) == nil)
    #expect(read(disk, protectedEnd: .max) == nil)
  }

  @Test func aBackupThatIsGoneOrSaysOtherwiseIsSaid() throws {
    var gone = whole()
    gone.put([0], at: 63 * 512)
    #expect(try #require(read(gone)).damage.first?.description.contains("is damaged or gone") == true)
    #expect(read(gone)?.damage == [.lostBackup])
    var other = whole()
    put(Header(sector: 63, other: 1, entriesSector: 58), [Self.entry(first: 9, last: 9)], in: &other)
    #expect(try #require(read(other)).damage.first?.description.contains("says otherwise") == true)
    #expect(read(other)?.damage == [.otherBackup])
    var outside = whole()
    put(Header(other: 64), Self.entries, in: &outside)
    #expect(try #require(read(outside)).damage.first?.description.contains("after the end") == true)
    #expect(read(outside)?.damage == [.backupAfterEnd(sector: 64)])
    put(Header(other: .max), Self.entries, in: &outside)
    #expect(try #require(read(outside)).damage.first?.description.contains("after the end") == true)
  }

  /// What the system refuses isn't what isn't there.
  @Test func sectorsThatCanNotBeReadAreSaid() throws {
    var disk = whole()
    disk.put([0, 0, 0, 0, 0xEE, 0, 0, 0, 1, 0, 0, 0, 63, 0, 0, 0], at: 446)
    disk.put([0x55, 0xAA], at: 510)
    func damage(deaf sector: UInt64) -> [TableDamage]? {
      let source = FaultySource(MemorySource(disk), .fails(at: Int(sector * 512)))
      var error: DeviceReadError?
      return PartitionTable.read(source, &error)?.damage
    }
    func error(_ sector: UInt64) -> DeviceReadError {
      DeviceReadError(errno: .ioError, position: BytePosition(sector * 512))
    }
    #expect(damage(deaf: 40) == [])
    #expect(damage(deaf: 1) == [.lostFirstCopy(error(1))])
    #expect(damage(deaf: 63) == [.backupUnread(error(63))])
    disk.put([UInt8](repeating: 0, count: 512), at: 512)
    #expect(damage(deaf: 40) == [.lostFirstCopy(nil)])
    #expect(damage(deaf: 0) == [.lostFirstCopy(nil), .firstSectorUnread(error(0))])
    #expect(damage(deaf: 63) == [.lostGPT(error(63))])
    disk.put([UInt8](repeating: 0, count: 512), at: 63 * 512)
    #expect(damage(deaf: 40) == [.lostGPT(nil)])
  }

  /// Errors of disks carry the partition and the table, and what may hide a file system is told by partition.
  @Test func whatADiskHasNot() throws {
    var disk = whole()
    disk.put([0, 0, 0, 0, 0xEE, 0, 0, 0, 1, 0, 0, 0, 63, 0, 0, 0], at: 446)
    disk.put([0x55, 0xAA], at: 510)
    let name = Array("d.img".utf8)
    let contents = ImageContents.examine(MemorySource(disk), asDisk: true)
    func error(_ partition: Int?, of contents: ImageContents) -> DiskError? {
      do throws(DiskError) {
        _ = try contents.fileSystem(partition: partition, image: name)
        return nil
      } catch {
        return error
      }
    }
    guard case .noPartition(2, let table) = error(2, of: contents), table.partitions.count == 2,
      case .noFileSystem = error(nil, of: contents), error(1, of: contents) == nil
    else {
      Issue.record("\(String(describing: error(2, of: contents)))")
      return
    }
    let cut = ImageContents.examine(MemorySource(Array(disk[..<(12 * 512)])), asDisk: true)
    guard case .partitionAfterEnd(3) = error(3, of: cut), case .disk(let rest) = cut else {
      Issue.record("\(String(describing: error(3, of: cut)))")
      return
    }
    #expect(rest.state(onlyOf: nil).damage == [.afterEnd(partition: 3)])
    #expect(rest.state(onlyOf: nil).notes == [.table(.backupAfterEnd(sector: 63))])
    guard case .noTable = error(1, of: .unknown), error(nil, of: .unknown) == nil,
      case .unreadable(nil, let refused, name) =
        error(nil, of: .unreadable(DeviceReadError(errno: .ioError, position: 7)))
    else {
      Issue.record("\(String(describing: error(1, of: .unknown)))")
      return
    }
    #expect(refused == DeviceReadError(errno: .ioError, position: 7))
  }

  /// A header that breaks a rule is none.
  @Test(arguments: 0..<13) func aHeaderIsRefused(index: Int) {
    let broken = [
      Header(magic: "EFI PARt"), Header(length: 91), Header(length: 513), Header(length: .max),
      Header(checksum: 1), Header(entriesChecksum: 1), Header(size: 127), Header(size: 4097),
      Header(count: 0), Header(count: 8193), Header(count: 8192, size: 4096),
      Header(entriesSector: .max), Header(entriesSector: 64),
    ][index]
    var disk = [UInt8](repeating: 0, count: 64 * 512)
    put(broken, Self.entries, in: &disk)
    #expect(read(disk) == nil)
  }

  @Test func aHeaderOfAnotherSectorIsRefused() {
    var disk = [UInt8](repeating: 0, count: 64 * 512)
    put(Header(sector: 2, entriesSector: 4), at: 1, Self.entries, in: &disk)
    #expect(read(disk) == nil)
    put(Header(length: 512), Self.entries, in: &disk)
    #expect(read(disk) != nil)
  }

  /// Partitions that end before they begin, or beyond all bytes, are left out and said.
  @Test func impossiblePartitionsAreLeftOut() throws {
    var disk = [UInt8](repeating: 0, count: 64 * 512)
    let entries = [
      Self.entry(first: 9, last: 8), Self.entry(first: 1, last: .max), Self.entry(first: 5, last: 5),
      Self.entry(first: .max, last: .max),
    ]
    put(Header(), entries, in: &disk)
    let table = try #require(read(disk))
    #expect(table.partitions.map(\.number) == [3])
    let words = table.damage.filter(\.losesPartitions).map(\.description)
    #expect(words.count == 1 && words[0].contains("partition 1 and 2 others"), "\(words)")
    #expect(table.damage.contains(.impossiblePartitions([1, 2, 4])))
  }

  @Test func noMoreThan256PartitionsAreKept() throws {
    var disk = [UInt8](repeating: 0, count: 200 * 512)
    let header = Header(other: 199, count: 300)
    let all = (0..<300).map { Self.entry(first: UInt64($0 + 1), last: UInt64($0 + 1)) }
    var sized = header
    sized.entriesChecksum = CRC32.of(all.joined())
    put(sized, all, in: &disk)
    let table = try #require(read(disk))
    #expect(
      table.partitions.count == 256 && table.damage.contains { $0.description.contains("more than 256") })
  }
}
