import Basics
import Testing

@testable import FolioCore

/// The index of a directory of Lustre, where data stands after ".." and moves what follows.
@Suite struct HashNodeDataTests {
  private func root(data: [UInt8], flags: UInt8) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 1024)
    block.replaceSubrange(0..<12, with: [2, 0, 0, 0, 12, 0, 1, 2, 0x2E, 0, 0, 0])
    block.replaceSubrange(12..<22, with: [2, 0, 0, 0, 0xF4, 3, 2, 2 | flags, 0x2E, 0x2E])
    block.replaceSubrange(23..<23 + data.count, with: data)
    let info = data.isEmpty ? 24 : (23 + data.count + 3) & ~3
    block[info + 4] = 1
    block[info + 5] = 8
    let room = (1024 - info - 8) / 8
    block.replaceSubrange(info + 8..<info + 16, with: [UInt8(room), 0, 1, 0, 7, 0, 0, 0])
    return block
  }

  @Test(
    arguments: [
      ([], UInt8(0)), ([17] + [UInt8](repeating: 0xA5, count: 16), 0x10),
      ([5, 1, 2, 3, 4], 0x20), ([17] + [UInt8](repeating: 0xA5, count: 16) + [5, 9, 9, 9, 9], 0x30),
    ] as [([UInt8], UInt8)]) func rootAfterData(_ data: [UInt8], _ flags: UInt8) throws
  {
    let block = root(data: data, flags: flags)
    let (node, damage) = unsafe HashNode.read(
      block.span.bytes, isRoot: true, hasTail: false, maxLevelCount: 1, carriesData: true)
    #expect(damage.isEmpty)
    #expect(node?.entries == [HashNode.Entry(hash: 0, block: 7)])
    #expect(node?.root?.version == 1)
    // Where no data may be it is read at its usual place.
    let (plain, _) = unsafe HashNode.read(block.span.bytes, isRoot: true, hasTail: false, maxLevelCount: 1)
    #expect((plain == node) == data.isEmpty)
  }

  /// Lengths that lead out of the block.
  @Test func lengthsOfDamage() {
    for length in UInt8.min...UInt8.max {
      let block = root(data: [length], flags: 0xF0)
      _ = unsafe HashNode.read(
        block.span.bytes, isRoot: true, hasTail: true, maxLevelCount: 1, carriesData: true)
      _ = unsafe HashNode.checksumLayout(of: block.span.bytes, carriesData: true)
    }
  }
}
