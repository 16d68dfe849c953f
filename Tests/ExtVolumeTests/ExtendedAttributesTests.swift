import Basics
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Extended attributes in an inode and in a block, from bytes made by hand.
@Suite struct ExtendedAttributesTests {
  private static let magic = UInt32(0xEA02_0000).littleEndianBytes

  /// A record and its name, padded.
  private func record(
    index: UInt8 = 1, name: String, at value: UInt16, inode: UInt32 = 0, byteCount: UInt32,
    nameLength: UInt8? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = [nameLength ?? UInt8(name.utf8.count), index]
    bytes += value.littleEndianBytes + inode.littleEndianBytes + byteCount.littleEndianBytes
    bytes += [0, 0, 0, 0] + Array(name.utf8)
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  /// An inode of 256 bytes whose fields end where `extraSize` says.
  private func inode(extraSize: UInt16 = 32, _ attributes: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256)
    bytes.replaceSubrange(128..<130, with: extraSize.littleEndianBytes)
    let start = 128 + Int(extraSize)
    if start + attributes.count <= 256 {
      bytes.replaceSubrange(start..<start + attributes.count, with: attributes)
    }
    return bytes
  }

  @Test func thoseOfAnInodeAreFound() throws {
    // Values are counted from the first record, which stands four bytes after the fields.
    let bytes = inode(
      Self.magic + record(index: 7, name: "data", at: 60, byteCount: 8)
        + record(index: 1, name: "a", at: 0, inode: 99, byteCount: 70000))
    let attributes = ExtendedAttributes(inode: bytes.raw)
    #expect(attributes.all.count == 2 && !attributes.breaksOff)
    let first = try #require(attributes.all.first)
    #expect(first.nameIndex == 7 && first.name == Array("data".utf8) && first.isNamed(7, "data"))
    #expect(!first.isNamed(1, "data") && !first.isNamed(7, "dat"))
    #expect(first.valueBytes == 224..<232 && first.valueByteCount == 8 && first.valueInode == 0)
    let last = try #require(attributes.all.last)
    #expect(last.valueInode == 99 && last.valueByteCount == 70000 && last.valueBytes == nil)
  }

  @Test func thoseOfABlockAreCountedFromItsStart() throws {
    let header = Self.magic + [UInt8](repeating: 0, count: 28)
    let bytes = header + record(index: 9, name: "c", at: 1020, byteCount: 4)
    let block = bytes + [UInt8](repeating: 0, count: 1024 - bytes.count)
    let attributes = ExtendedAttributes(block: block.raw)
    #expect(attributes.all.count == 1 && !attributes.breaksOff)
    #expect(attributes.all.first?.valueBytes == 1020..<1024)
    #expect(ExtendedAttributes(block: [UInt8](repeating: 0, count: 1024).raw).breaksOff)
  }

  /// Where a value would lie outside there is none; the record is there all the same.
  @Test(arguments: [
    (UInt16(92), UInt32(0), true), (92, 1, false), (91, 1, true), (93, 0, false), (0, 92, true),
    (0, 93, false), (0xFFFF, 0, false), (0, .max, false), (0xFFFF, .max, false),
  ])
  func noValueLeadsOutside(at: UInt16, byteCount: UInt32, isThere: Bool) {
    // From the first record to the end of the inode there are 92 bytes.
    let attributes = ExtendedAttributes(
      inode: inode(Self.magic + record(name: "a", at: at, byteCount: byteCount)).raw)
    #expect(attributes.all.count == 1 && !attributes.breaksOff)
    #expect((attributes.all.first?.valueBytes != nil) == isThere)
  }

  @Test func aNameThatLeadsOutsideEndsTheList() {
    let whole = record(name: "first", at: 0, byteCount: 0)
    let attributes = ExtendedAttributes(
      inode: inode(Self.magic + whole + record(name: "b", at: 0, byteCount: 0, nameLength: 255)).raw)
    #expect(attributes.all.map(\.name) == [Array("first".utf8)] && attributes.breaksOff)
  }

  /// Records up to the very end of the inode, without the zeroes that end a list.
  @Test func theEndOfTheBytesEndsTheList() {
    let records = (0..<3).map { record(name: "name\($0)", at: 0, byteCount: 0) }.joined()
    let bytes = inode(Self.magic + records).prefix(128 + 32 + 4 + records.count)
    let attributes = ExtendedAttributes(inode: Array(bytes).raw)
    #expect(attributes.all.count == 3 && !attributes.breaksOff)
  }

  @Test(arguments: [(128, UInt16(0)), (131, 0), (256, 125), (256, 128), (256, 0xFFFF)])
  func whereThereIsNoRoomThereAreNone(byteCount: Int, extraSize: UInt16) {
    let bytes = inode(extraSize: extraSize, Self.magic + record(name: "a", at: 0, byteCount: 0))
    let attributes = ExtendedAttributes(inode: Array(bytes.prefix(byteCount)).raw)
    #expect(attributes.all.isEmpty && !attributes.breaksOff)
  }
}
