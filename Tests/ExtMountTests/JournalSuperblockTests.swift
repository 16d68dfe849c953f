import ExtMount
import ExtVolume
import Testing

@testable import TestSupport

/// Superblocks of journals, from bytes made by hand.
@Suite struct JournalSuperblockTests {
  /// A big-endian number, and where it stands.
  struct Field: Sendable {
    let at: Int
    let number: UInt32
    init(_ at: Int, _ number: UInt32) {
      self.at = at
      self.number = number
    }
  }

  /// One of 4096 blocks of 4 KiB, in which nothing waits.
  private func journal(_ changes: [Field] = []) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: JournalSuperblock.byteCount)
    let fields = [Field(0, 0xC03B_3998), Field(4, 4), Field(12, 4096), Field(16, 4096), Field(20, 1)]
    for field in fields + changes {
      bytes.replaceSubrange(field.at..<field.at + 4, with: field.number.byteSwapped.littleEndianBytes)
    }
    return bytes
  }

  /// What a file system of 4 KiB blocks with these incompatible features says of it; nil for nothing.
  private func words(
    _ journal: [UInt8], incompatible: UInt32 = 0, compatible: UInt32 = 0, byteCount: UInt64 = 1 << 24
  ) throws -> String? {
    var bytes = [UInt8](repeating: 0, count: Superblock.byteCount)
    bytes.replaceSubrange(56..<58, with: [0x53, 0xEF])
    bytes.replaceSubrange(24..<28, with: UInt32(2).littleEndianBytes)
    bytes.replaceSubrange(76..<80, with: UInt32(1).littleEndianBytes)
    bytes.replaceSubrange(92..<96, with: compatible.littleEndianBytes)
    bytes.replaceSubrange(96..<100, with: incompatible.littleEndianBytes)
    let facts = try #require(Superblock(bytes))
    #expect(facts.blockSize.byteCount == 4096)
    return JournalSuperblock(journal).damage(ofByteCount: byteCount, facts)?.damage.predicate
  }

  @Test func oneThatIsWhole() throws {
    #expect(JournalSuperblock(journal()).isThere)
    #expect(try words(journal()) == nil)
    #expect(try words(journal([Field(4, 3)])) == nil)
    // Compatible features count for the first kind of checksums only; all known ones go, one kind of checksums.
    #expect(try words(journal([Field(36, 1), Field(40, 0x27)])) == nil)
  }

  @Test(arguments: [
    (Field(0, 0xC03B_3999), false), (Field(0, 0x9839_3BC0), false), (Field(4, 2), false),
    (Field(4, 5), false), (Field(4, 3), true),
  ])
  func magicAndKindAreAskedFor(field: Field, isThere: Bool) throws {
    #expect(JournalSuperblock(journal([field])).isThere == isThere)
    #expect((try words(journal([field])) == nil) == isThere)
  }

  @Test(arguments: [
    ([Field(12, 1024)], "blocks of 1024 bytes"),
    ([Field(12, 0x10_0000)], "blocks of 1048576 bytes"),
    ([Field(16, 4097)], "shorter than its journal"),
    ([Field(16, .max)], "shorter than its journal"),
    ([Field(20, 0)], "can't begin with block 0 of 4096"),
    ([Field(20, 4096)], "can't begin with block 4096 of 4096"),
    ([Field(20, .max)], "can't begin with block 4294967295"),
    ([Field(16, 1023)], "too short a journal: 1023 blocks from 1 on"),
    ([Field(20, 3074)], "too short a journal: 4096 blocks from 3074 on"),
    ([Field(40, 0x40)], "features that no kernel knows"),
    ([Field(40, 0x8000_0000)], "features that no kernel knows"),
    ([Field(44, 1)], "features that no kernel knows"),
    ([Field(16, 1100), Field(40, 0x20)], "fast commits take 1280"),
    ([Field(84, 3073), Field(40, 0x20)], "fast commits take 4097"),
    ([Field(84, .max), Field(40, 0x20)], "fast commits take 4294968319"),
    ([Field(40, 0x18)], "two kinds of checksums"),
    ([Field(36, 1), Field(40, 0x10)], "two kinds of checksums"),
    ([Field(40, 0x10)], "checksum is wrong"),
    ([Field(28, 4096)], "begins at block 4096 of 4096"),
    ([Field(28, .max)], "begins at block 4294967295 of 4096"),
  ])
  func eachNumberHasItsBounds(fields: [Field], expected: String) throws {
    let words = try words(journal(fields))
    #expect(words?.contains(expected) == true, "\(words ?? "nothing")")
  }

  /// What is wrong is a value with the numbers that were found.
  @Test(
    arguments: [
      (Field(0, 0), .missing), (Field(12, 1024), .blockSize(1024)),
      (Field(16, 4097), .longerThanFile(blockCount: 4097)), (Field(20, 4096), .firstBlock(4096, of: 4096)),
      (Field(20, 3074), .tooShort(blockCount: 4096, first: 3074)), (Field(28, 4099), .start(4099, of: 4096)),
    ] as [(Field, JournalDamage)])
  func damageHasItsNumbers(field: Field, expected: JournalDamage) throws {
    let facts = try KernelTests.facts()
    let found = JournalSuperblock(journal([field])).damage(ofByteCount: 1 << 24, facts)
    #expect(found?.damage == expected)
  }

  /// The last number that each bound lets pass.
  @Test(arguments: [
    [Field(16, 1024)], [Field(20, 3073)], [Field(28, 4095)], [Field(28, 1)],
    [Field(16, 1280), Field(40, 0x20)], [Field(84, 3072), Field(40, 0x20)],
  ])
  func theLastGoodNumberIsGood(fields: [Field]) throws {
    #expect(try words(journal(fields)) == nil)
  }

  /// A kind without features goes neither with 64-bit block numbers nor with fast commits.
  @Test func theOlderKind() throws {
    let older = journal([Field(4, 3)])
    #expect(try words(older, incompatible: 0x80)?.contains("older kind") == true)
    #expect(try words(older, compatible: 0x400)?.contains("older kind") == true)
    #expect(try words(journal(), incompatible: 0x80) == nil)
  }

  /// The crc32c of all 1024 bytes, its own four counted as zeroes.
  @Test(arguments: [0x8 as UInt32, 0x10]) func aRightChecksumIsRight(kind: UInt32) throws {
    var bytes = journal([Field(40, kind)])
    bytes[80] = 4
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    }
    bytes.replaceSubrange(0xFC..<0x100, with: crc.byteSwapped.littleEndianBytes)
    #expect(try words(bytes) == nil)
    for at in [8, 0xFB, 0xFC, 0x100, 1023] {
      var broken = bytes
      broken[at] ^= 1
      #expect(try words(broken)?.contains("checksum is wrong") == true, "\(at)")
    }
    bytes[80] = 1
    #expect(try words(bytes)?.contains("checksum is wrong") == true)
  }
}
