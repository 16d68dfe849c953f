import Basics
import FolioCore
import Testing

@testable import Ext2Walk
@testable import ExtVolume
@testable import TestSupport

/// Sorting by bytes against sorting by comparisons.
@Suite struct RowOrderTests {
  private static func entry(_ size: UInt64? = nil) -> (Record, EntryPlace) {
    (Record(offset: 0, length: 12, inode: 1, nameLength: 1, fileTypeCode: 1), EntryPlace())
  }

  private static func sorted(_ names: [[UInt8]]) -> [[UInt8]] {
    var table = EntryTable()
    let (record, place) = entry()
    table.begin(at: place)
    for name in names { table.append(record, name: name.raw) }
    return table.sorted(by: .name, reversed: false).map { [UInt8](copying: table.name(at: Int($0))) }
  }

  /// Names of few letters share much; counts lie on both sides of where the way of sorting changes.
  @Test(arguments: [0, 1, 2, 24, 64, 65, 300, 5000], [1, 2, 26, 255])
  func namesAreInByteOrder(count: Int, letterCount: Int) {
    var random = SeededRandom(seed: UInt64(count * 1000 + letterCount))
    let names = (0..<count).map { _ in
      (0..<1 + random.below(random.below(2) == 0 ? 12 : 255)).map { _ in UInt8(1 + random.below(letterCount))
      }
    }
    #expect(Self.sorted(names) == names.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func longSharedBeginningsAreNoTrouble() {
    let shared = [UInt8](repeating: 0x61, count: 4000)
    let paths = (0..<500).map { number in shared + Array("\(number % 37)/\(number)".utf8) + [0x7A] }
    let others = (0..<200).map { Array("b\($0)".utf8) }
    let names = paths + others
    #expect(Self.sorted(names) == names.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test func oneNameInMany() {
    let names = (0..<300).map { _ in Array("the same name, longer than eight bytes".utf8) }
    #expect(Self.sorted(names) == names)
  }

  @Test func reversedIsTheOtherWayRound() {
    var table = EntryTable()
    let (record, place) = Self.entry()
    table.begin(at: place)
    for number in 0..<100 { table.append(record, name: Array("\(number)".utf8).raw) }
    let forth = table.sorted(by: .name, reversed: false)
    #expect(table.sorted(by: .name, reversed: true) == forth.reversed())
  }
}
