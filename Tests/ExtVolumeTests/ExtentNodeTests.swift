import Basics
import FolioCore
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Nodes of extent trees, from bytes made by hand.
@Suite struct ExtentNodeTests {
  /// A node: its header, and entries of 12 bytes.
  private func node(
    magic: UInt16 = 0xF30A, count: UInt16? = nil, room: UInt16 = 4, depth: UInt16 = 0, _ entries: [[UInt8]],
    byteCount: Int = 60
  ) -> [UInt8] {
    let header = [magic, count ?? UInt16(entries.count), room, depth].flatMap(\.littleEndianBytes)
    let bytes = header + [7, 0, 0, 0] + entries.joined()
    return bytes + [UInt8](repeating: 0xEE, count: max(0, byteCount - bytes.count))
  }

  private func extent(_ logical: UInt32, _ count: UInt16, _ high: UInt16, _ low: UInt32) -> [UInt8] {
    logical.littleEndianBytes + count.littleEndianBytes + high.littleEndianBytes + low.littleEndianBytes
  }

  /// What a node says, as values that outlive its bytes.
  private struct Said {
    var count = -1
    var declaredRoom = 0
    var depth: UInt16 = 0
    var logicals: [LogicalBlock] = []
    var extents: [ExtentNode.Extent] = []
    var children: [ExtentNode.Child] = []
  }

  private func read(_ bytes: [UInt8]) throws -> Said {
    var said = Said()
    if let node = ExtentNode(bytes.raw) {
      said.count = node.entryCount
      said.declaredRoom = node.declaredRoom
      said.depth = node.depth
      for index in 0..<node.entryCount {
        said.logicals.append(node.logical(index))
        if node.depth == 0 {
          said.extents.append(node.extent(index))
        } else {
          said.children.append(node.child(index))
        }
      }
    }
    try #require(said.count >= 0, "this is no node")
    return said
  }

  private func isNode(_ bytes: [UInt8]) -> Bool {
    if ExtentNode(bytes.raw) != nil { true } else { false }
  }

  @Test func anExtentHasAllItsFields() throws {
    let said = try read(
      node([extent(5, 3, 0x1234, 0x89AB_CDEF), extent(0xFFFF_FFFF, 1, 0xFFFF, 0xFFFF_FFFF)]))
    #expect(said.count == 2 && said.declaredRoom == 4 && said.depth == 0)
    let (first, last) = (said.extents[0], said.extents[1])
    #expect(first.logical == 5 && first.count == 3 && first.isWritten)
    #expect(first.physical == 0x1234_89AB_CDEF)
    #expect(last.logical == 0xFFFF_FFFF && last.physical == 0xFFFF_FFFF_FFFF && last.count == 1)
    #expect(said.logicals == [5, 0xFFFF_FFFF])
  }

  /// Counts up to 32768 are of blocks that were written; above it the rest is the count.
  @Test(arguments: [
    (UInt16(0), UInt64(0), true), (1, 1, true), (32767, 32767, true), (32768, 32768, true),
    (32769, 1, false), (0xFFFF, 32767, false),
  ])
  func aLongCountIsOfBlocksNeverWritten(raw: UInt16, count: UInt64, isWritten: Bool) throws {
    let extent = try read(node([extent(0, raw, 0, 100)])).extents[0]
    #expect(extent.count == count && extent.isWritten == isWritten)
  }

  @Test func aChildHasAllItsFields() throws {
    let entry =
      UInt32(77).littleEndianBytes + UInt32(0x89AB_CDEF).littleEndianBytes + UInt16(0x4567).littleEndianBytes
      + [0xEE, 0xEE]
    let said = try read(node(depth: 3, [entry]))
    #expect(said.depth == 3 && said.logicals == [77])
    #expect(said.children[0].logical == 77 && said.children[0].block == 0x4567_89AB_CDEF)
  }

  @Test(arguments: [(UInt16(0xF30A), true), (0xF30B, false), (0x0AF3, false), (0, false)])
  func theMagicIsAskedFor(magic: UInt16, isOne: Bool) {
    #expect(isNode(node(magic: magic, [extent(0, 1, 0, 1)])) == isOne)
  }

  /// Whatever the header says of its room: these bytes have room for so many.
  @Test(arguments: [
    (12, UInt16(0), true), (12, 1, false), (23, 1, false), (24, 1, true), (60, 4, true), (60, 5, false),
    (60, 0xFFFF, false), (1024, 84, true), (1024, 85, false),
  ])
  func noMoreEntriesThanThereIsRoom(byteCount: Int, count: UInt16, isOne: Bool) {
    let bytes = Array(node(count: count, room: 0xFFFF, [], byteCount: byteCount).prefix(byteCount))
    #expect(isNode(bytes) == isOne)
    #expect(ExtentNode.room(in: byteCount) >= Int(count) || !isOne)
  }

  @Test(arguments: [(UInt16(0), true), (5, true), (6, false), (0xFFFF, false)])
  func noTreeIsDeeperThanFive(depth: UInt16, isOne: Bool) {
    #expect(isNode(node(depth: depth, [extent(0, 1, 0, 1)])) == isOne)
  }
}
