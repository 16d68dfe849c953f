import Basics
import Testing

/// Numbers that say which one, as inode and block numbers do.
@Suite struct OrdinalTests {
  private struct Seat: Ordinal {
    let rawValue: UInt8
  }

  @Test func itIsItsNumber() {
    let seat: Seat = 7
    #expect(seat == Seat(7) && seat != 8 && "\(seat)" == "7" && [Seat(7)].contains(seat))
    #expect(seat < 8 && !(seat < 7) && seat <= 7 && [3, 1, 2].sorted() as [Seat] == [1, 2, 3])
    #expect(Seat(truncatingIfNeeded: 0x1_0203) == 3)
    #expect(Set([1, 2, 1] as [Seat]).count == 2)
  }

  @Test func itCountsOnAndFromOneToAnother() {
    var seat: Seat = 7
    seat += 3
    #expect(seat == 10 && seat + 245 == 255 && seat - 4 == 6)
    #expect(Seat(0).distance(to: 255) == 255 && Seat(255).distance(to: 0) == -255)
    #expect(Seat(0).advanced(by: 255) == 255 && Seat(255).advanced(by: -255) == 0)
    let row: Range<Seat> = 3..<6
    #expect(Array(row) == [3, 4, 5] && row.count == 3 && row.contains(5) && !row.contains(6))
  }

  @Test func whereThereIsNoneAnymore() {
    #expect(Seat.max == 255 && Seat(254).addingReportingOverflow(1) == (255, false))
    #expect(Seat(254).addingReportingOverflow(2) == (0, true))
  }

  private struct Ticket: Ordinal {
    let rawValue: UInt32
  }

  /// Those of 32 bits are: how many bits a wider one has on disk, each place knows.
  @Test func itIsReadAsItsNumberIs() {
    #expect(([0xFF, 9, 1, 0, 0] as [UInt8]).raw.littleEndian(at: 1, as: Ticket.self) == 265)
  }
}
