import Basics
import Testing

@testable import ExtVolume
@testable import TestSupport

/// What a file or directory has in its inode, from bytes made by hand.
@Suite struct InlineDataTests {
  private static let magic = UInt32(0xEA02_0000).littleEndianBytes

  /// An attribute's record: its name's length and index, where its value is, the inode that has it, how long it is.
  private func record(
    _ name: String, index: UInt8, at value: UInt16, inode: UInt32 = 0, byteCount: UInt32
  ) -> [UInt8] {
    [UInt8(name.utf8.count), index] + value.littleEndianBytes + inode.littleEndianBytes
      + byteCount.littleEndianBytes + [0, 0, 0, 0] + Array(name.utf8)
  }

  /// Inode 12 with `area` and what follows the fields; the value of an attribute at 40 is 8 bytes of 0x77.
  private func read(_ attributes: [UInt8]) throws -> (data: InlineData?, error: VolumeError?) {
    var image = HandmadeImage()
    image.putInode(
      12, mode: 0o040755, byteCount: 68, flags: InodeFlag.inlineData, area: (0..<60).map { UInt8($0) })
    let start = HandmadeImage.position(ofInode: 12) + 128 + 32
    image.put(attributes, at: start)
    image.put([UInt8](repeating: 0x77, count: 8), at: start + 4 + 40)
    let volume = try image.open()
    var inodes = InodeTable(volume)
    do throws(VolumeError) {
      return (try inodes.inlineData(of: try inodes.inode(12)), nil)
    } catch {
      return (nil, error)
    }
  }

  @Test func theAttributeFollowsTheArea() throws {
    let data = try #require(try read(Self.magic + record("data", index: 7, at: 40, byteCount: 8)).data)
    #expect(data.hasAttribute && data.attribute == [UInt8](repeating: 0x77, count: 8))
    let all = (0..<60).map { UInt8($0) } + data.attribute
    for count in [0, 1, 59, 60, 61, 68, 100] { #expect(data.bytes(first: count) == Array(all.prefix(count))) }
  }

  /// One of no length is one, and another's name is none.
  @Test func whatIsThereIsToldFromWhatIsNot() throws {
    let empty = try #require(try read(Self.magic + record("data", index: 7, at: 0, byteCount: 0)).data)
    #expect(empty.hasAttribute && empty.attribute.isEmpty)
    let rows = [
      [], Self.magic, Self.magic + record("data", index: 1, at: 40, byteCount: 8),
      Self.magic + record("date", index: 7, at: 40, byteCount: 8),
    ]
    for bytes in rows {
      let data = try #require(try read(bytes).data)
      #expect(!data.hasAttribute && data.attribute.isEmpty)
      #expect(data.bytes(first: 100).count == 60)
    }
  }

  /// A value outside the inode, or in another one; records that lead nowhere.
  @Test func aDamagedAttributeIsRefused() throws {
    for bytes in [
      Self.magic + record("data", index: 7, at: 85, byteCount: 8),
      Self.magic + record("data", index: 7, at: 40, inode: 13, byteCount: 8),
      Self.magic + [200, 7] + [UInt8](repeating: 1, count: 38),
    ] {
      let (data, error) = try read(bytes)
      #expect(data == nil && error != nil, "\(bytes)")
    }
    // Between the fields and the end of the inode are 96 bytes: 4 of the magic, and 92 that values are counted in.
    #expect(try read(Self.magic + record("data", index: 7, at: 84, byteCount: 8)).data?.hasAttribute == true)
  }
}
