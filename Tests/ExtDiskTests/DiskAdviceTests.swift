import Basics
import SystemPackage
import Testing

@testable import ExtDisk
@testable import ExtVolume

/// What would help is a value: the library knows no option of the command.
@Suite struct DiskAdviceTests {
  private static let name = Array("d.img".utf8)
  private static let refusal = DeviceReadError(errno: .ioError, position: 7)

  /// An MBR of one partition that holds nothing.
  private func table() throws -> PartitionTable {
    var disk = [UInt8](repeating: 0, count: 64 * 512)
    disk.put([0, 0, 0, 0, 0x83, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0], at: 446)
    disk.put([0x55, 0xAA], at: 510)
    var failure: DeviceReadError?
    return try #require(PartitionTable.read(MemorySource(disk), &failure))
  }

  /// The cases of advice, by name.
  private func names(_ advice: [DiskAdvice]) -> [String] {
    advice.map { each in
      switch each {
      case .copyAndBackups(let number, let image): "copy \(number ?? 0) \(image == Self.name)"
      case .format(let format, let number, let image): "\(format.name) \(number ?? 0) \(image == Self.name)"
      case .choice: "choice"
      case .partitions(let table): "\(table.partitions.count) partitions"
      case .placesOfPartitions: "places"
      case .newBackupOfTable: "backup"
      }
    }
  }

  @Test func ofAnErrorIsAValue() throws {
    let table = try table()
    let swap = KnownFormat(name: "swap space", kind: .swap)
    let cases: [(DiskError, [String])] = [
      (.unreadable(partition: 3, Self.refusal, image: Self.name), ["copy 3 true"]),
      (.unreadable(partition: nil, Self.refusal, image: Self.name), ["copy 0 true"]),
      (.otherFormat(swap, partition: 2, image: Self.name), ["swap space 2 true"]),
      (.noTable, []),
      (.partitionAfterEnd(4), []),
      (.noPartition(9, table), ["1 partitions"]),
      (.extendedPartition(1, table), ["1 partitions"]),
      (.noFileSystem(table), ["1 partitions"]),
      (.severalFileSystems(table), ["choice", "1 partitions"]),
    ]
    for (error, expected) in cases {
      #expect(names(error.advice) == expected, "\(error)")
      #expect(!error.description.contains(/--|ext2walk|;/), "\(error)")
    }
  }

  /// What is lost of a table is in the error, and what helps against that comes first.
  @Test func ofALostTableComesBeforeItsPartitions() throws {
    var disk = [UInt8](repeating: 0, count: 64 * 512)
    disk.put([0, 0, 0, 0, 0xEE, 0, 0, 0, 1, 0, 0, 0, 63, 0, 0, 0], at: 446)
    disk.put([0x55, 0xAA], at: 510)
    var failure: DeviceReadError?
    let lost = try #require(PartitionTable.read(MemorySource(disk), &failure))
    #expect(lost.damage == [.lostGPT(nil)])
    let error = DiskError.noPartition(9, lost)
    #expect(names(error.advice) == ["places", "1 partitions"])
    #expect(error.description.hasSuffix("neither that nor its backup is left: partitions are missing"))
  }

  @Test(arguments: [
    (TableDamage.lostGPT(nil), ["places"]), (.lostGPT(refusal), ["places"]), (.lostBackup, ["backup"]),
    (.otherBackup, ["backup"]), (.backupUnread(refusal), ["backup"]), (.noProtectiveMBR, []),
    (.tooManyPartitions, []), (.firstSectorUnread(refusal), []), (.lostFirstCopy(nil), []),
    (.backupAfterEnd(sector: 64), []), (.impossiblePartitions([1, 2]), []),
    (.brokenChain(at: 512, .loop), []),
  ]) func ofATableIsAValue(damage: TableDamage, expected: [String]) {
    #expect(names([damage.advice].compactMap(\.self)) == expected)
    #expect(names([DiskNote.table(damage).advice].compactMap(\.self)) == expected)
    #expect(names([DiskDamage.table(damage).advice].compactMap(\.self)) == expected)
    #expect(!damage.description.contains(/--|ext2walk|;/), "\(damage)")
  }

  /// Programs that read what is no file system are facts of a format; what ext2walk does with it is the command's to say.
  @Test func noMagicNamesTheCommand() {
    for magic in Magic.all {
      #expect(!"\(magic.format)".contains("ext2walk"), "\(magic.format)")
    }
  }
}
