import Basics
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Which bytes of the inode table are read for which inodes.
@Suite struct InodeTableTests {
  /// Inodes a window of 16 KiB. The table begins at byte 8192, in the middle of the first.
  private static let perWindow: UInt32 = 64
  private static let table = HandmadeImage.inodeTable * HandmadeImage.blockSize

  /// Reads inodes one after the other. Returns which reads that took, each as the first byte and how many, counted in inodes of
  /// the table.
  private func reads(
    _ numbers: [InodeNumber], fault: FaultySource.Fault = .none, imageByteCount: Int? = nil,
    expecting unread: Set<InodeNumber> = []
  ) throws -> [[Int]] {
    let image = HandmadeImage(inodeCount: 1024)
    let bytes = Array(image.bytes.prefix(imageByteCount ?? image.bytes.count))
    let source = FaultySource(MemorySource(bytes), fault)
    let volume = try Volume(source)
    var inodes = InodeTable(volume)
    var reads: [[Int]] = []
    for number in numbers {
      source.forgetReads()
      do throws(VolumeError) {
        #expect(try inodes.inode(number).number == number)
        #expect(!unread.contains(number), "\(number)")
      } catch {
        guard case .read(_, .inode(number)) = error else { throw error }
        #expect(unread.contains(number), "\(error)")
      }
      for read in source.reads {
        let first = Int(read.lowerBound.rawValue) - Self.table
        reads.append([Int(number.rawValue), first / 256 + 1, read.count / 256])
      }
    }
    return reads
  }

  /// An inode by itself is read by itself, and once.
  @Test func oneIsReadAlone() throws {
    #expect(try reads([500]) == [[500, 500, 1]])
    #expect(try reads([500, 500, 500]) == [[500, 500, 1]])
    #expect(try reads([1024]) == [[1024, 1024, 1]])
  }

  /// Whoever asks for a neighbour gets all of the window, from where it begins: inode 481 is the first of one.
  @Test func aNeighbourBringsTheWindow() throws {
    #expect(try reads([500, 501, 502, 544, 481]) == [[500, 500, 1], [501, 481, 64]])
    #expect(try reads([500, 499]) == [[500, 500, 1], [499, 481, 64]])
    // So near, and one further: there are less than 1024 bytes between the first two, and 1024 between the others.
    #expect(try reads([500, 504]) == [[500, 500, 1], [504, 481, 64]])
    #expect(try reads([500, 505]) == [[500, 500, 1], [505, 505, 1]])
  }

  /// Far apart they are read alone, but only twice.
  @Test func theThirdBringsTheWindow() throws {
    #expect(
      try reads([485, 500, 530, 540]) == [[485, 485, 1], [500, 500, 1], [530, 481, 64]])
  }

  /// A run that goes on where a window ends brings all of the next.
  @Test func aRunGoesOnInTheNextWindow() throws {
    #expect(
      try reads([543, 544, 545, 546]) == [[543, 543, 1], [544, 481, 64], [545, 545, 64]])
  }

  /// Windows 64 apart have the same place.
  @Test func aWindowMakesRoomForAnother() throws {
    #expect(try reads([1, 500, 1, 500]) == [[1, 1, 1], [500, 500, 1]])
  }

  /// A bad sector costs the inode in it. The window is tried once, and never again by this table.
  @Test func aBadSectorIsAskedForOnceAsAWindow() throws {
    let bad = Self.table + 500 * 256 + 7
    #expect(
      try reads([499, 500, 501, 502, 503, 504], fault: .fails(at: bad), expecting: [501])
        == [
          [499, 499, 1], [500, 481, 64], [500, 500, 1], [501, 501, 1], [502, 502, 1], [503, 503, 1],
          [504, 504, 1],
        ])
  }

  /// The last window of an image that is cut short ends where it does.
  @Test func anImageThatIsCutShort() throws {
    let end = Self.table + 505 * 256
    #expect(try reads([500, 501, 505], imageByteCount: end) == [[500, 500, 1], [501, 481, 25]])
    #expect(try reads([506], imageByteCount: end, expecting: [506]) == [])
  }

  @Test func thereAreAsManyAsTheSuperblockSays() throws {
    let volume = try HandmadeImage(inodeCount: 64).open()
    for number in [0, 65, 0xFFFF_FFFF] as [InodeNumber] {
      #expect(throws: VolumeError.noInode(number, count: 64)) {
        var inodes = InodeTable(volume)
        _ = try inodes.inode(number)
      }
    }
  }
}
