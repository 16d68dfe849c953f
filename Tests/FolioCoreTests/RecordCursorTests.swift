import Basics
import FolioCore
import Testing

/// All that a cursor says of a block.
private func steps(_ bytes: [UInt8], inodeCount: UInt32 = 1000, hashByteCount: Int = 0) -> [RecordCursor.Step]
{
  let format = RecordFormat(blockSize: bytes.count, inodeCount: inodeCount, hashByteCount: hashByteCount)
  var cursor = unsafe RecordCursor(bytes.span.bytes, format: format)
  var steps: [RecordCursor.Step] = []
  while true {
    let step = cursor.next()
    steps.append(step)
    if case .record = step { continue }
    return steps
  }
}

extension RecordCursor.Step {
  fileprivate var damage: RecordDamage? {
    if case .damage(let damage) = self { damage } else { nil }
  }

  fileprivate var record: Record? {
    if case .record(let record) = self { record } else { nil }
  }
}

@Suite struct RecordCursorTests {
  static let blockSizes = [1024, 2048, 4096, 16384, 65536]

  @Test(arguments: blockSizes, [1, 4, 5, 100, 255])
  func readsEveryRecordOfAFullBlock(blockSize: Int, nameLength: Int) {
    let all = steps(
      BlockBuilder.filled(blockSize: blockSize, nameLength: nameLength).bytes, inodeCount: 100_000)
    let records = all.compactMap(\.record)
    #expect(all.last == .end)
    #expect(records.first?.offset == 0)
    #expect(records.last?.end == blockSize)
    #expect(zip(records, records.dropFirst()).allSatisfy { $0.end == $1.offset })
    #expect(records.map(\.inode) == records.indices.map { InodeNumber(11 + $0) })
  }

  @Test func aHeaderMayStraddlePages() {
    // A record of 4092 bytes, so that the next one's inode is in one page and the rest in the next.
    var block = BlockBuilder(blockSize: 65536)
    block.put(at: 0, inode: 2, length: 4092, name: ".", type: 2)
    block.put(at: 4092, inode: 77, length: 65536 - 4092, name: "straddler")
    let records = steps(block.bytes).compactMap(\.record)
    #expect(records.map(\.inode) == [2, 77])
    #expect(records.map(\.nameLength) == [1, 9])
    let page = PageSize(byteCount: 4096)
    #expect(records.map { page?.isCrossed(by: $0.usedBytes) } == [false, true])
  }

  /// A block's checksum is a record of its own, which whoever doesn't ask for it need not have the page of.
  @Test func aTailIsLeftAlone() {
    var block = BlockBuilder(blockSize: 4096)
    block.put(at: 0, inode: 2, length: 4084, name: ".")
    block.put(at: 4084, inode: 0, length: 12, name: "")
    let format = RecordFormat(blockSize: 4096, inodeCount: 1000, skipsTail: true)
    for (there, isSeen) in [(100, false), (4096, true)] {
      var cursor = unsafe RecordCursor(block.bytes.span.bytes.extracting(0..<there), format: format)
      #expect(cursor.nextRecord()?.length == 4084)
      #expect((cursor.nextRecord() != nil) == isSeen)
      #expect(cursor.nextRecord() == nil)
      #expect(cursor.stop == .end)
    }
  }

  /// For each rule a block that breaks it, and the same block one step from breaking it.
  @Test(arguments: [
    (RecordRule.recordTooShort, 8, 12), (.recordUnaligned, 14, 16), (.nameTooLong, 16, 20),
    (.recordAcrossBlocks, 4088, 4084),
  ])
  func aBrokenLengthIsFound(rule: RecordRule, broken: Int, good: Int) {
    func block(length: Int) -> [UInt8] {
      var block = BlockBuilder(blockSize: 4096)
      block.put(at: 0, inode: 2, length: 12, name: ".")
      let name = rule == .nameTooLong ? "ninebytes" : "a"
      block.put(at: 12, inode: 3, length: length, name: name)
      if 12 + length < 4096 { block.put(at: 12 + length, inode: 4, length: 4096 - 12 - length, name: "c") }
      return block.bytes
    }
    #expect(steps(block(length: broken)).last?.damage?.rule == rule)
    #expect(steps(block(length: broken)).last?.damage?.record.offset == 12)
    #expect(steps(block(length: good)).last == .end)
  }

  /// With `dirdata` the high bits of the type say what follows the name, and are no type.
  @Test func flagsOfDataAreNoType() {
    var block = BlockBuilder(blockSize: 1024)
    block.put(at: 0, inode: 2, length: 32, name: "a", type: 0x12)
    block.put(at: 32, inode: 3, length: 992, name: "b", type: 0x31)
    let format = RecordFormat(blockSize: 1024, inodeCount: 100, carriesData: true)
    let bytes = block.bytes
    var cursor = unsafe RecordCursor(bytes.span.bytes, format: format)
    var types: [UInt8] = []
    while let record = cursor.nextRecord() { types.append(record.fileTypeCode) }
    #expect(types == [2, 1])
    #expect(steps(block.bytes).compactMap(\.record).map(\.fileTypeCode) == [0x12, 0x31])
  }

  @Test func anInodeOutOfBoundsIsFound() {
    var block = BlockBuilder(blockSize: 1024)
    block.put(at: 0, inode: 1000, length: 1024, name: "a")
    #expect(steps(block.bytes, inodeCount: 1000).last == .end)
    #expect(steps(block.bytes, inodeCount: 999).last?.damage?.rule == .inodeOutOfBounds)
  }

  @Test func anEndThatHoldsNoRecordIsFound() {
    var block = BlockBuilder(blockSize: 1024)
    block.put(at: 0, inode: 2, length: 12, name: "a")
    block.put(at: 12, inode: 3, length: 1004, name: "b")
    let all = steps(block.bytes)
    #expect(all.first?.record?.inode == 2)
    #expect(all.last?.damage?.rule == .blockEndUnreachable)
    // As __ext4_check_dir_entry() has it: the record whose end is too close is the damaged one.
    #expect(all.last?.damage?.record.offset == 12)
    #expect(all.last?.damage?.record.inode == 3)
    block.put(at: 12, inode: 3, length: 1000, name: "b")
    block.put(at: 1012, inode: 4, length: 12, name: "c")
    #expect(steps(block.bytes).compactMap(\.record).map(\.inode) == [2, 3, 4])
  }

  @Test(arguments: blockSizes)
  func aBlockOfZeroesIsFound(blockSize: Int) {
    #expect(steps(BlockBuilder(blockSize: blockSize).bytes).last?.damage?.rule == .beginsWithZeroes)
  }

  @Test func aDotAtTheEndIsFound() {
    var block = BlockBuilder(blockSize: 1024)
    block.put(at: 0, inode: 2, length: 1024, name: ".", type: 2)
    #expect(steps(block.bytes).last?.damage?.rule == .dotIsLast)
    block.put(at: 0, inode: 2, length: 12, name: ".", type: 2)
    block.put(at: 12, inode: 2, length: 1012, name: "..", type: 2)
    #expect(steps(block.bytes).last == .end)
  }

  @Test(arguments: [0, 0xFFFF])
  func aRecordMaySpanA64KiBBlock(raw: Int) {
    var block = BlockBuilder(blockSize: 65536)
    block.put(at: 0, inode: 0, length: raw, name: "gone")
    #expect(steps(block.bytes).compactMap(\.record).map(\.length) == [65536])
    block.put(at: 0, inode: 5, length: raw, name: "here")
    #expect(steps(block.bytes).compactMap(\.record).map(\.inode) == [5])
  }

  @Test func a64KiBRecordAfterAnotherIsDamage() {
    var block = BlockBuilder(blockSize: 65536)
    block.put(at: 0, inode: 2, length: 12, name: ".")
    block.put(at: 12, inode: 5, length: 0, name: "here")
    #expect(steps(block.bytes).last?.damage?.rule == .recordAcrossBlocks)
  }

  @Test func namesOfHashedRecordsNeedRoomForTheHash() {
    var block = BlockBuilder(blockSize: 1024)
    block.put(at: 0, inode: 2, length: 24, name: "sixteen bytes !!")
    block.put(at: 24, inode: 3, length: 1000, name: "sixteen bytes !!")
    #expect(steps(block.bytes).last == .end)
    #expect(steps(block.bytes, hashByteCount: 8).last?.damage?.rule == .nameTooLong)
  }

  /// Whatever prefix is there, the cursor either goes on or says how much more it needs, and never more than that.
  @Test func readsThroughAnyPrefix() {
    let bytes = BlockBuilder.filled(blockSize: 4096, nameLength: 13).bytes
    let format = RecordFormat(blockSize: 4096, inodeCount: 1000)
    var offset = 0
    var there = 0
    var found: [Record] = []
    while true {
      var cursor = unsafe RecordCursor(bytes.span.bytes.extracting(0..<there), format: format, at: offset)
      let step = cursor.next()
      offset = cursor.offset
      if case .needsBytes(let count) = step {
        #expect(count > there)
        there = count
      } else if case .record(let record) = step {
        found.append(record)
      } else {
        #expect(step == .end)
        break
      }
    }
    #expect(found == steps(bytes).compactMap(\.record))
    // The last record's slack was never asked for.
    #expect(there == found.last?.usedBytes.upperBound)
  }
}

@Suite struct WayBackTests {
  private let format = RecordFormat(blockSize: 4096, inodeCount: 1000)

  private func wayBack(_ bytes: [UInt8]) -> Int? {
    guard let damage = steps(bytes).last?.damage else { return nil }
    return unsafe format.resumeOffset(in: bytes.span.bytes, after: damage)
  }

  @Test func goesOnAfterOneBadRecord() {
    var block = BlockBuilder.filled(blockSize: 4096, nameLength: 20)
    block.put(at: 10 * 28, inode: 21, length: 7, name: "bad")
    // (20 + 11) & ~3 is 28 bytes a record: the next good one is number 11.
    #expect(wayBack(block.bytes) == 11 * 28)
  }

  /// The last bytes of a name and the next record's inode number can look like a header that leads over records.
  @Test(arguments: [0, 4, 8])
  func isNotMisledByBytesThatLookLikeAHeader(slack: Int) {
    var block = BlockBuilder(blockSize: 4096)
    block.put(at: 0, inode: 2, length: 12, name: ".")
    // The damaged one; its name ends in one byte of the last word.
    let length = 16 + slack
    block.put(at: 12, inode: 3, length: 2, name: "five!")
    var offset = 12 + length
    // Inode numbers that are lengths of two records, and legal.
    while offset < 4096 - 28 {
      block.put(at: offset, inode: 28, length: 12, name: "a")
      offset += 12
    }
    block.put(at: offset, inode: 28, length: 4096 - offset, name: "last")
    #expect(
      wayBack(block.bytes).map { $0 == 12 + length || ($0 < 12 + length && $0 + 12 >= 12 + length) } == true)
    #expect(salvaged(block.bytes).count { $0.inode == 28 } == (offset - 12 - length) / 12 + 1)
  }

  /// The entries from the way back on.
  private func salvaged(_ bytes: [UInt8]) -> [Record] {
    guard let offset = wayBack(bytes) else { return [] }
    var cursor = unsafe RecordCursor(bytes.span.bytes, format: format, at: offset)
    var records: [Record] = []
    while case .record(let record) = cursor.next() { records.append(record) }
    return records
  }

  @Test func trustsALengthWhereOnlyTheInodeIsWrong() {
    var block = BlockBuilder.filled(blockSize: 4096, nameLength: 20)
    block.put(at: 10 * 28, inode: 5000, length: 28, name: "inode out of bounds ")
    #expect(wayBack(block.bytes) == 11 * 28)
  }

  @Test func findsNothingWhereNothingRunsToTheEnd() {
    var block = BlockBuilder(blockSize: 4096)
    for index in 0..<4096 { block.put(at: min(index, 4084), inode: 0xFFFF_FFFF, length: 0xFFFF, name: "") }
    #expect(wayBack(block.bytes) == nil)
  }

  @Test func damageAtTheVeryEndLeavesNothingToFind() {
    var block = BlockBuilder(blockSize: 4096)
    block.put(at: 0, inode: 2, length: 4084, name: ".")
    block.put(at: 4084, inode: 3, length: 3, name: "a")
    #expect(wayBack(block.bytes) == nil)
  }

  /// Whatever the names, the space after them and the inode numbers are: one bad length costs one entry.
  @Test(arguments: [1024, 4096, 65536])
  func oneBadLengthCostsOneEntry(blockSize: Int) {
    var generator = SplitMix(state: UInt64(blockSize))
    let format = RecordFormat(blockSize: blockSize, inodeCount: 1_000_000)
    for _ in 0..<200 {
      var block = BlockBuilder(blockSize: blockSize)
      var offsets: [Int] = []
      var offset = 0
      while blockSize - offset >= 12 {
        let nameLength = Int.random(in: 1...min(60, blockSize - offset - 8), using: &generator)
        let slack =
          Int.random(in: 0..<4, using: &generator) == 0 ? 4 * Int.random(in: 0..<10, using: &generator) : 0
        var length = (nameLength + 11) & ~3 + slack
        if blockSize - offset - length < 12 { length = blockSize - offset }
        // Inode numbers that look like lengths are the ones that mislead.
        let inode = InodeNumber(4 * Int.random(in: 3...500, using: &generator))
        block.put(
          at: offset, inode: inode, length: length & 0xFFFF, name: String(repeating: "n", count: nameLength))
        offsets.append(offset)
        offset += length
      }
      let broken = Int.random(in: 0..<offsets.count - 1, using: &generator)
      block.put(
        at: offsets[broken], inode: 12, length: [1, 2, 7, 0xFFF9].randomElement(using: &generator) ?? 1,
        name: "n")
      guard let damage = steps(block.bytes, inodeCount: 1_000_000).last?.damage else {
        Issue.record("the damage went by")
        return
      }
      #expect(damage.record.offset == offsets[broken])
      guard let wayBack = unsafe format.resumeOffset(in: block.bytes.span.bytes, after: damage) else {
        Issue.record("nothing was salvaged")
        return
      }
      var cursor = unsafe RecordCursor(block.bytes.span.bytes, format: format, at: wayBack)
      var found: Set<Int> = []
      while case .record(let record) = cursor.next() { found.insert(record.offset) }
      #expect(found.isSuperset(of: offsets[(broken + 1)...]))
    }
  }

  @Test func alwaysLandsAfterTheDamage() {
    var generator = SplitMix(state: 1)
    var (damaged, recovered) = (0, 0)
    for _ in 0..<300 {
      var bytes = BlockBuilder.filled(blockSize: 4096, nameLength: 9).bytes
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        bytes[Int.random(in: 0..<4096, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let damage = steps(bytes).last?.damage else { continue }
      damaged += 1
      guard let offset = unsafe format.resumeOffset(in: bytes.span.bytes, after: damage) else { continue }
      recovered += 1
      #expect(offset > damage.record.offset)
      var cursor = unsafe RecordCursor(bytes.span.bytes, format: format, at: offset)
      var step = cursor.next()
      while case .record = step { step = cursor.next() }
      #expect(step == .end)
    }
    // Most blocks have a broken record, and nearly all of those have good ones after it.
    #expect(damaged > 200 && recovered > 150, "\(damaged) damaged, \(recovered) recovered")
  }
}

/// The cursor's short way for common records, and the rules one by one, must agree.
@Suite struct CursorAndRulesTests {
  @Test(arguments: [1024, 4096, 65536], [0, 8])
  func aRecordIsReadWhereItKeepsTheRules(blockSize: Int, hashByteCount: Int) {
    var random = SplitMix(state: UInt64(blockSize + hashByteCount))
    let format = RecordFormat(blockSize: blockSize, inodeCount: 1000, hashByteCount: hashByteCount)
    var block = [UInt8](repeating: UInt8(ascii: "n"), count: blockSize)
    var (kept, broken) = (0, 0)
    for _ in 0..<20000 {
      let offset = Int.random(in: 0..<(blockSize / 4 - 2), using: &random) * 4
      let left = blockSize - offset
      let length =
        [
          Int.random(in: 0...40, using: &random), left, left - 4, left + 4, 0, 0xFFFF, 12,
          Int.random(in: 0...0xFFFF, using: &random) & ~3,
        ].randomElement(using: &random) ?? 0
      let header =
        UInt64([0, 1, 999, 1000, 1001, UInt32.max].randomElement(using: &random) ?? 0)
        | UInt64(UInt16(truncatingIfNeeded: length)) << 32
        | UInt64([0, 1, 2, 3, 11, 32, 255 as UInt8].randomElement(using: &random) ?? 0) << 48
      for byte in 0..<8 { block[offset + byte] = UInt8(truncatingIfNeeded: header >> (8 * byte)) }
      let record = format.record(at: offset, in: block.raw)
      var cursor = RecordCursor(block.raw, format: format, at: offset)
      let read = cursor.nextRecord()
      let isAllZeroes = offset == 0 && header == 0
      let keepsRules = format.brokenRule(by: record) == nil && !isAllZeroes
      #expect(read == (keepsRules ? record : nil), "\(record)")
      if read == nil { broken += 1 } else { kept += 1 }
      for byte in 0..<8 { block[offset + byte] = UInt8(ascii: "n") }
    }
    #expect(kept > 1000 && broken > 1000)
  }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct NameByteTests {
  private func holds(_ name: [UInt8]) -> Bool { name.raw.holdsNULOrSlash }

  /// Every length, and the byte in every place.
  @Test(arguments: 0...40)
  func nulAndSlashAreFoundWhereverTheyAre(length: Int) {
    let name = [UInt8](repeating: 0xFF, count: length)
    #expect(!holds(name))
    for place in 0..<length {
      for byte in [0, UInt8(ascii: "/")] {
        var broken = name
        broken[place] = byte
        #expect(holds(broken), "byte \(byte) at \(place) of \(length)")
      }
      for byte in [1, UInt8(ascii: "/") - 1, UInt8(ascii: "/") + 1, 0x80] as [UInt8] {
        var other = name
        other[place] = byte
        #expect(!holds(other), "byte \(byte) at \(place) of \(length)")
      }
    }
  }
}
