import Basics
import FolioCore
import SystemPackage
import Testing

@testable import TestSupport

/// Damage: it is named on stderr, costs only what is damaged, and makes the exit status 1.
@Suite struct DamageTests {
  static let blockSizes = [1024, 4096, 65536]
  static let forty = (10..<50).map { "file-\($0)" }

  /// 40 files, and beside them a directory that must be listed whatever happens to the files.
  private func image(blockSize: Int) async throws -> ScratchImage {
    try await ScratchImage(blockSize: blockSize, tree: Self.forty.map { "d/\($0)" } + ["e/other"])
  }

  private func expectAllBut(_ missing: [String], _ listed: [ListedEntry], salvaged: Bool) {
    let inDirectory = listed.filter { $0.path.hasPrefix("/d/") }.map(\.name)
    #expect(Set(inDirectory) == Set(Self.forty).subtracting(missing))
    #expect(inDirectory.count == Self.forty.count - missing.count)
    #expect(listed.contains { $0.path == "/e/other" })
    #expect(listed.contains { $0.salvaged == true } == salvaged)
  }

  /// Each rule, broken in one record of 40, costs that record alone.
  @Test(
    arguments: blockSizes,
    [("rec_len", 0), ("rec_len", 9), ("rec_len", 0xFFF4), ("rec_len", 12), ("inode", 0)])
  func oneBadRecordCostsOneEntry(blockSize: Int, breaking: (field: String, value: Int)) async throws {
    let image = try await image(blockSize: blockSize)
    let directory = try image.inode(of: "d")
    let at = try image.position(ofEntry: "file-29", in: directory)
    if breaking.field == "inode" {
      try image.patch(at: at, UInt32.max)
    } else {
      try image.patch(at: at + 4, UInt16(breaking.value))
    }
    let (entries, finished) = try await image.list()
    expectAllBut(["file-29"], entries, salvaged: true)
    #expect(finished.status == 1)
    #expect(finished.messages.contains("directory /d (inode \(directory)), block 0 (physical "))
    #expect(finished.messages.contains("offset \(at % blockSize): "))
    let wordings = [
      "rec_len is smaller", "rec_len % 4", "directory entry overrun", "too small for name_len",
      "inode out of bounds",
    ]
    #expect(wordings.contains { finished.messages.contains($0) })
    // The walk went on after the damage: what follows is marked, what came before is not.
    let names = entries.filter { $0.path.hasPrefix("/d/") }
    let firstSalvaged = try #require(names.firstIndex { $0.salvaged == true })
    #expect(names[firstSalvaged...].allSatisfy { $0.salvaged == true })
    #expect(names[firstSalvaged].offset > at % blockSize)
  }

  @Test func theLastRecordDamagedCostsOnlyItself() async throws {
    let image = try await image(blockSize: 4096)
    let directory = try image.inode(of: "d")
    let last = try #require(try Ext2fsOracle(image.path.string).entries(of: directory).last)
    let name = String(decoding: last.name, as: UTF8.self)
    try image.patch(at: try image.position(ofEntry: name, in: directory) + 4, UInt16(3))
    let (entries, finished) = try await image.list()
    expectAllBut([name], entries, salvaged: false)
    #expect(finished.messages.contains("nothing after it could be salvaged"))
    #expect(finished.status == 1)
  }

  /// Remains of files that are gone are not salvaged, though their records would run to the block's end.
  @Test func whatWasDeletedIsNotSalvaged() async throws {
    let image = try await image(blockSize: 4096)
    let directory = try image.inode(of: "d")
    let oracle = try Ext2fsOracle(image.path.string)
    let names = try oracle.entries(of: directory).map { String(decoding: $0.name, as: UTF8.self) }
    let (kept, last) = (names[names.count - 2], names[names.count - 1])
    let lastAt = try image.position(ofEntry: last, in: directory)
    let keptAt = try image.position(ofEntry: kept, in: directory)
    let inode = try image.inode(of: last, in: directory)
    let header = try readFile(image.path)[lastAt..<lastAt + 8]
    try await image.debugfs("rm /d/\(last)")
    // As the ext2 driver does it: the dead record keeps its inode number in the slack of the one before it.
    try image.patch(at: lastAt, Array(header))
    try image.patch(at: keptAt + 4, UInt16(2))
    let (entries, finished) = try await image.list()
    expectAllBut([kept, last], entries, salvaged: false)
    #expect(finished.messages.contains("\"\(last)\" is not listed: its inode \(inode) is not in use"))
    #expect(finished.status == 1)
  }

  /// A stale copy of an entry that stands elsewhere in the directory is not listed twice.
  @Test func whatIsElsewhereIsNotSalvaged() async throws {
    let image = try await image(blockSize: 1024)
    let directory = try image.inode(of: "d")
    let oracle = try Ext2fsOracle(image.path.string)
    let blocks = try image.positions(ofDirectory: directory)
    try #require(blocks.count == 1)
    let all = try oracle.entries(of: directory)
    let stale = all[5]
    let at = try image.position(ofEntry: String(decoding: all[30].name, as: UTF8.self), in: directory)
    // Number 30 now says what number 5 says, after a damaged number 29.
    let source = try image.position(ofEntry: String(decoding: stale.name, as: UTF8.self), in: directory)
    let copy = try readFile(image.path)[source..<source + 16]
    try #require(all[30].recordLength == 16)
    try image.patch(at: at, Array(copy))
    let before = try image.position(ofEntry: String(decoding: all[29].name, as: UTF8.self), in: directory)
    try image.patch(at: before + 4, UInt16(1))
    let (entries, finished) = try await image.list()
    expectAllBut(
      [all[29], all[30]].map { String(decoding: $0.name, as: UTF8.self) }, entries, salvaged: true)
    #expect(finished.messages.contains("the directory has that name already"))
  }

  @Test(arguments: blockSizes)
  func aBlockOfZeroesIsDamage(blockSize: Int) async throws {
    let image = try await image(blockSize: blockSize)
    let directory = try image.inode(of: "d")
    try image.patch(
      at: try image.positions(ofDirectory: directory)[0], [UInt8](repeating: 0, count: blockSize))
    let (entries, finished) = try await image.list()
    #expect(entries.contains { $0.path == "/e/other" })
    #expect(!entries.contains { $0.path.hasPrefix("/d/") })
    #expect(finished.messages.contains("zeroes where the first record should be"))
    #expect(finished.status == 1)
  }

  /// The kernel and mke2fs say 0xFFFF for a whole 64 KiB block, so zeroes are not theirs, in any block.
  @Test func aLaterBlockOfZeroesIsDamageToo() async throws {
    let names = (100..<400).map { "d/\($0)" + String(repeating: "n", count: 240) }
    let image = try await ScratchImage(blockSize: 65536, tree: names)
    let blocks = try image.positions(ofDirectory: try image.inode(of: "d"))
    try #require(blocks.count == 2)
    #expect(try await image.list().finished.status == 0)
    try image.patch(at: blocks[1], [UInt8](repeating: 0, count: 65536))
    let (entries, finished) = try await image.list()
    #expect(finished.status == 1)
    #expect(finished.messages.contains("zeroes where the first record should be"))
    #expect(entries.count { $0.path.hasPrefix("/d/") } > 200)
  }

  /// Unless the file system writes 0 for 0xFFFF, as its /lost+found then shows: that is legal, and empty.
  @Test func emptyBlocksMayBeZeroWhereRecordsSaySo() async throws {
    let fixture = Fixture(name: "ppc64-ext2-64k-span-zero")
    let blocks = try Ext2fsOracle(fixture.image).blocks(of: 11)
    #expect(blocks.dropFirst().contains { $0.bytes.allSatisfy { $0 == 0 } })
    let (_, finished) = try await ListedEntry.list(["-R", fixture.image])
    #expect(finished.status == 0)
    #expect(finished.messages.isEmpty)
  }

  @Test func aSizeThatIsNoMultipleOfTheBlockIsSaid() async throws {
    let image = try await image(blockSize: 4096)
    try await image.debugfs("set_inode_field /d size 4000")
    let (entries, finished) = try await image.list()
    expectAllBut([], entries, salvaged: false)
    #expect(finished.messages.contains("size of directory, 4000 bytes, is not a multiple of the block size"))
    #expect(finished.status == 1)
  }

  @Test func aBlockOutsideTheDeviceIsSaid() async throws {
    let image = try await image(blockSize: 4096)
    try await image.debugfs("set_inode_field /d block[0] 123456789")
    let (entries, finished) = try await image.list()
    #expect(entries.contains { $0.path == "/e/other" })
    #expect(finished.messages.contains("block 123456789 is outside the file system"))
    #expect(finished.status == 1)
  }

  @Test func aHoleIsSaid() async throws {
    let image = try await image(blockSize: 4096)
    try await image.debugfs("set_inode_field /d size 12288")
    let (entries, finished) = try await image.list()
    expectAllBut([], entries, salvaged: false)
    #expect(finished.messages.contains("blocks 1 to 2: directory contains a hole"))
    #expect(finished.status == 1)
  }

  @Test func aBlockIsNotReadTwice() async throws {
    let image = try await image(blockSize: 4096)
    let block = try image.positions(ofDirectory: try image.inode(of: "d"))[0] / 4096
    try await image.debugfs("set_inode_field /d size 8192")
    try await image.debugfs("set_inode_field /d block[1] \(block)")
    let (entries, finished) = try await image.list()
    expectAllBut([], entries, salvaged: false)
    #expect(finished.messages.contains("block \(block) serves twice"))
    #expect(finished.status == 1)
  }

  @Test func anEndlessSizeEnds() async throws {
    let image = try await image(blockSize: 4096)
    try await image.debugfs("set_inode_field /d size \(UInt32.max - 4095)")
    // The double indirect block leads back to itself.
    let block = try image.positions(ofDirectory: try image.inode(of: "e"))[0] / 4096
    let pointers = (0..<1024).flatMap { _ in (0..<4).map { UInt8(truncatingIfNeeded: block >> (8 * $0)) } }
    try image.patch(at: block * 4096, pointers)
    try await image.debugfs("set_inode_field /d block[DIND] \(block)")
    let (entries, finished) = try await image.list()
    #expect(entries.filter { $0.path.hasPrefix("/d/") }.count == 40)
    #expect(finished.messages.contains("serves twice"))
    #expect(finished.status == 1)
  }

  @Test func aCycleEnds() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/b/c/", "x"])
    let a = try image.inode(of: "a")
    let b = try image.inode(of: "b", in: a)
    let at = try image.position(ofEntry: "c", in: b)
    try image.patch(at: at, a)
    let (entries, finished) = try await image.list()
    #expect(entries.map(\.path).filter { !$0.contains("lost+found") } == ["/a", "/x", "/a/b", "/a/b/c"])
    #expect(finished.messages.contains("\"c\" is a second name of directory inode \(a)"))
    #expect(finished.status == 1)
  }

  @Test func aDirectoryWithTwoParentsIsWalkedOnce() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/inside", "b/"])
    try await image.debugfs("ln /a /b/again")
    let (entries, finished) = try await image.list()
    #expect(entries.count { $0.name == "inside" } == 1)
    #expect(entries.contains { $0.path == "/b/again" })
    #expect(finished.messages.contains("second name of directory inode"))
    #expect(finished.status == 1)
  }

  @Test func aDirectoryThatIsNoneIsSaid() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/inside", "b/"])
    try await image.debugfs("set_inode_field /a mode 0100644")
    let (entries, finished) = try await image.list()
    #expect(entries.map(\.name).sorted() == ["a", "b", "lost+found"])
    #expect(finished.messages.contains("directory /a (inode "))
    #expect(finished.messages.contains("no directory but of type regular"))
    #expect(finished.status == 1)
  }

  @Test func aWrongChecksumIsFoundWhenAskedFor() async throws {
    let image = try await ScratchImage(
      blockSize: 65536, tree: ["d/a", "d/b"], options: ["-O", "metadata_csum,extent,64bit"])
    let at = try image.position(ofEntry: "b", in: try image.inode(of: "d"))
    #expect(try await image.list(["-RU", "--checksums"]).finished.status == 0)
    try image.patch(at: at + 8, [UInt8(ascii: "c")])
    let without = try await image.list()
    #expect(without.finished.status == 0)
    let with = try await image.list(["-RU", "--checksums"])
    #expect(with.finished.status == 1)
    #expect(with.finished.messages.contains("directory fails checksum"))
    #expect(with.entries.map(\.path) == without.entries.map(\.path))
    #expect(with.entries.contains { $0.path == "/d/c" })
  }

  @Test func checksumsOfGoodImagesAreRight() async throws {
    for name in ["ppc64-ext4-64k-htree", "ppc64-ext4-64k-inline"] {
      let (_, finished) = try await ListedEntry.list(["-RU", "--checksums", Fixture(name: name).image])
      #expect(finished.status == 0, "\(finished.messages)")
    }
  }

  @Test func anUnreadableInodeCostsItsColumnsOnly() async throws {
    // Two block groups, and an entry that names an inode of the second, whose table the cut image has lost.
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["a", "b"], options: ["-O", "^metadata_csum,^64bit,^flex_bg", "-N", "512"],
      blocks: 16384)
    let inode = InodeNumber(300)
    let at = try image.position(ofEntry: "a", in: 2)
    try image.patch(at: at, inode)
    let whole = try readFile(image.path)
    try writeFile(image.path, Array(whole.prefix(8192 * 1024)))
    let finished = try await Command.ext2walk(["ls", "-l", image.path.string])
    #expect(finished.lines.contains { $0.hasPrefix("-?????????") && $0.hasSuffix(" a") }, "\(finished.text)")
    #expect(finished.lines.contains { $0.hasPrefix("-rw") && $0.hasSuffix(" b") })
    #expect(finished.messages.contains("/a: reading inode 300: "))
    #expect(finished.status == 1)
    let (entries, _) = try await image.list(["-l"])
    #expect(entries.first { $0.name == "a" }?.mode == nil)
  }

  /// Extents backwards, of no length, far out, and a header that counts more than there are: none may trap or loop.
  @Test(arguments: [
    [(10, 1), (0, 1)], [(0, 1), (0, 0)], [(1, 1), (0, 1)], [(0, 1), (0, 1)], [(0, 40000), (2, 65535)],
    [(0xFFFF_FFFF, 32768), (5, 1)], [(0, 0), (0, 0)],
  ])
  func oddExtentsAreSaid(extents: [(Int, Int)]) async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: Self.forty.map { "d/\($0)" },
      options: ["-O", "extent,^metadata_csum,^64bit,^dir_index"])
    let inode = try image.inode(of: "d")
    let block = UInt32(try image.positions(ofDirectory: inode)[0] / 4096)
    let at = try await image.position(ofInode: inode) + 40
    try image.patch(at: at + 2, UInt16(extents.count))
    for (index, extent) in extents.enumerated() {
      try image.patch(at: at + 12 + 12 * index, UInt32(extent.0))
      try image.patch(at: at + 16 + 12 * index, UInt16(extent.1))
      try image.patch(at: at + 18 + 12 * index, UInt16(0))
      try image.patch(at: at + 20 + 12 * index, block + UInt32(index))
    }
    for arguments in [["-RU"], ["-lR"]] {
      let (entries, finished) = try await image.list(arguments)
      #expect(entries.contains { $0.path == "/lost+found" })
      #expect(finished.status == 1, "\(finished.messages)")
    }
  }

  @Test(arguments: [0, 4096])
  func aSizeThatHidesBlocksIsSaid(size: Int) async throws {
    let names = (100..<400).map { "d/\($0)" + String(repeating: "n", count: 40) }
    let image = try await ScratchImage(blockSize: 4096, tree: names)
    try #require(try image.positions(ofDirectory: try image.inode(of: "d")).count > 2)
    try await image.debugfs("set_inode_field /d size \(size)")
    let (_, finished) = try await image.list()
    #expect(
      finished.messages.contains("blocks are mapped after its size of \(size) bytes, and are not listed"))
    #expect(finished.messages.contains("size of directory is 0") == (size == 0))
    #expect(finished.status == 1)
  }

  @Test(arguments: [(4096, 4096), (65536, 0), (65536, 0xFFFF)])
  func aDotThatHidesEverythingIsDamage(blockSize: Int, length: Int) async throws {
    let image = try await image(blockSize: blockSize)
    let directory = try image.inode(of: "d")
    try image.patch(at: try image.positions(ofDirectory: directory)[0] + 4, UInt16(length))
    let (entries, finished) = try await image.list()
    expectAllBut([], entries, salvaged: true)
    #expect(finished.messages.contains("'.' directory cannot be the last in data block"))
    #expect(finished.status == 1)
  }

  /// Zeroes at the start of a block hide what is after them, which is found again.
  @Test func aZeroedHeaderIsDamage() async throws {
    let image = try await image(blockSize: 65536)
    let directory = try image.inode(of: "d")
    try image.patch(at: try image.positions(ofDirectory: directory)[0], UInt64(0))
    let (entries, finished) = try await image.list()
    expectAllBut([], entries, salvaged: true)
    #expect(finished.status == 1)
  }

  @Test(arguments: [("file/29", "slash"), ("fil\0-29", "NUL"), ("", "it has no name")])
  func namesThatNoPathCanHoldAreNotListed(name: String, reason: String) async throws {
    let image = try await image(blockSize: 4096)
    let at = try image.position(ofEntry: "file-29", in: try image.inode(of: "d"))
    try image.patch(at: at + 6, [UInt8(name.utf8.count)])
    try image.patch(at: at + 8, Array(name.utf8))
    let (entries, finished) = try await image.list()
    expectAllBut(["file-29"], entries, salvaged: false)
    #expect(finished.messages.contains(reason))
    #expect(finished.status == 1)
    let raw = try await Command.ext2walk(["ls", "-RA0", image.path.string])
    #expect(raw.output.split(separator: 0).count == 39 + 4)
  }

  @Test func aTypeThatIsNotTheInodesIsSaidWhereItIsSeen() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/inside", "f"])
    try image.patch(at: try image.position(ofEntry: "a", in: 2) + 7, [UInt8(1)])
    let (entries, finished) = try await image.list(["-lR"])
    #expect(entries.contains { $0.path == "/a/inside" })
    #expect(finished.messages.contains("/a: its record says regular and its inode"))
    #expect(finished.status == 1)
  }

  @Test(arguments: [["-l"], ["-lR"]])
  func anEntryOfAnUnusedInodeIsSaid(arguments: [String]) async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/inside", "f"])
    try await image.debugfs("clri /a")
    let (entries, finished) = try await image.list(arguments)
    #expect(entries.contains { $0.path == "/a" })
    #expect(finished.messages.contains("/a: its inode"))
    #expect(finished.messages.contains("is not in use"))
    #expect(finished.status == 1)
  }

  @Test func damageOnTheWayToAPathIsSaid() async throws {
    let image = try await image(blockSize: 4096)
    let at = try image.position(ofEntry: "file-29", in: try image.inode(of: "d"))
    try image.patch(at: at + 4, UInt16(3))
    let (entries, finished) = try await image.list(["-d"])
    #expect(entries.count == 1 && finished.status == 0)
    let last = try await ListedEntry.list(["-d", image.path.string, "/d/file-49"])
    #expect(last.finished.status == 1)
    #expect(last.finished.messages.contains("on the way to /d/file-49: directory /d"))
  }

  @Test func manyDamagedBlocksEnd() async throws {
    // Each block has a bad first record: the names of the directory are gathered once for all of them.
    let names = (10000..<14000).map { "d/\($0)" + String(repeating: "n", count: 40) }
    let image = try await ScratchImage(blockSize: 1024, tree: names)
    let blocks = try image.positions(ofDirectory: try image.inode(of: "d"))
    try #require(blocks.count > 200)
    for block in blocks { try image.patch(at: block + 4, UInt16(2)) }
    let (entries, finished) = try await image.list()
    #expect(finished.status == 1)
    #expect(entries.count { $0.path.hasPrefix("/d/") } > 3500)
    #expect(Set(entries.map(\.path)).count == entries.count)
  }

  @Test func threeThousandNestedDirectoriesAreListed() async throws {
    let image = try await ScratchImage(blockSize: 1024, options: ["-N", "4096"], blocks: 8192)
    let script = image.directory.path.appending("script")
    try writeFile(script, Array(String(repeating: "mkdir d\ncd d\n", count: 3000).utf8))
    try #require(
      try await Command.run("debugfs", ["-w", "-f", script.string, image.path.string]).status == 0)
    let finished = try await Command.ext2walk(["ls", "-R", image.path.string])
    #expect(finished.status == 0, "\(finished.messages.prefix(500))")
    #expect(finished.lines.count == 3001)
    #expect(finished.lines.map(\.utf8.count).max() == 6000)
  }

  /// Inodes that lie after the end of an image: each is said once, though a listing of all asks for it twice.
  @Test(arguments: [["-lR"], ["-lRU"], ["-R"]]) func lostInodesAreSaidOnce(_ arguments: [String]) async throws
  {
    let image = try await ScratchImage(
      blockSize: 1024, tree: (0..<40).flatMap { ["d\($0)/f", "d\($0)/g"] },
      options: ["-O", "^flex_bg,^resize_inode,^metadata_csum", "-g", "1024", "-N", "256"], blocks: 8000)
    let group = 3
    let position = try await image.position(ofInode: InodeNumber(32 * group + 1))
    _ = try await Command.run("truncate", ["-s", "\(position)", image.path.string])
    let finished = try await Command.ext2walk(["ls"] + arguments + [image.path.string])
    #expect(finished.status == 1)
    let inodes = finished.messages.matches(of: /reading inode (\d+):/).map { String($0.1) }
    #expect(!inodes.isEmpty && inodes.count == Set(inodes).count, "\(finished.messages)")
  }

  /// An inode that was overwritten with zeroes is none that `ls` could stat.
  @Test func aLostInodeHasNoTime() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["kept", "lost"])
    try await image.debugfs("clri lost")
    let finished = try await Command.ext2walk(["ls", "-l", image.path.string])
    #expect(finished.status == 1)
    let line = try #require(finished.lines.first { $0.hasSuffix(" lost") }, "\(finished.text)")
    #expect(line.split(separator: " ") == ["-?????????", "?", "?", "?", "?", "?", "lost"])
    #expect(!finished.text.contains("1970"))
  }

  /// A link whose target can't be read has one in JSON all the same: null.
  @Test func aTargetThatCannotBeRead() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["in"])
    try await image.debugfs("symlink /good target")
    try await image.debugfs("symlink /bad target")
    try await image.debugfs("sif /bad size 20")
    let finished = try await Command.ext2walk(["ls", "-l", "--format", "ndjson", image.path.string])
    #expect(finished.status == 1)
    func line(_ name: String) -> String? { finished.lines.first { $0.contains("\"name\":\"\(name)\"") } }
    #expect(line("bad")?.contains(",\"target\":null") == true, "\(finished.text)")
    #expect(line("good")?.contains(",\"target\":\"target\"") == true)
    #expect(line("in")?.contains("target") == false)
  }
}
