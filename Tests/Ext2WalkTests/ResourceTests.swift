import Basics
import ExtMount
import FolioCore
import Foundation
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Claims that cost nothing to make: memory and time are bounded by what is really there.
@Suite struct ResourceTests {
  static let commands = [
    ["ls", "-lR"], ["ls", "-R", "--format", "json"], ["map", "-R"], ["map", "-R", "--ways", "all"],
    ["verify"], ["info"],
  ]

  /// Runs a command within 200 s and 512 MiB of address space.
  private func bounded(_ command: [String], _ image: ScratchImage, seconds: Int = 200) async throws
    -> Finished
  {
    try await bounded(command + [image.path.string], seconds: seconds)
  }

  /// - Parameter seconds: of a processor's time, not by a clock.
  private func bounded(_ command: [String], seconds: Int) async throws -> Finished {
    try await Command.script(
      "ulimit -v 524288; ulimit -c 0; ulimit -t \(seconds); tool=$1; shift; exec timeout 200 \"$tool\" \"$@\"",
      command)
  }

  /// Where fields of the superblock are in it.
  private enum Field {
    static let (inodes, blocks, firstData, logBlock, logCluster, perGroup, inodesPerGroup) = (
      0, 4, 20, 24, 28, 32, 40
    )
    static let (firstInode, inodeSize, descriptorSize, blocksHigh, flexLog) = (84, 88, 254, 336, 372)
  }

  static let claims: [(String, [(Int, UInt32)])] = [
    ("2^32 - 1 inodes", [(Field.inodes, .max)]),
    ("2^32 - 1 inodes of one group", [(Field.inodes, .max), (Field.inodesPerGroup, .max)]),
    ("2^32 - 8 inodes of one group", [(Field.inodes, .max - 7), (Field.inodesPerGroup, .max - 7)]),
    ("no inodes", [(Field.inodes, 0), (Field.inodesPerGroup, 0)]),
    ("2^48 blocks", [(Field.blocks, 0), (Field.blocksHigh, 1 << 16)]),
    ("2^64 - 1 blocks", [(Field.blocks, .max), (Field.blocksHigh, .max)]),
    ("2^32 - 1 blocks", [(Field.blocks, .max)]),
    ("8 blocks a group", [(Field.perGroup, 8)]),
    ("no blocks in a group", [(Field.perGroup, 0)]),
    ("2^32 - 1 blocks a group", [(Field.perGroup, .max)]),
    ("begins at block 2^32 - 1", [(Field.firstData, .max)]),
    ("blocks of 2^41 bytes", [(Field.logBlock, 31)]),
    ("blocks of 2^(2^32) bytes", [(Field.logBlock, .max)]),
    ("clusters of 2^41 bytes", [(Field.logCluster, 31)]),
    ("inodes of no bytes", [(Field.inodeSize, 0)]),
    ("inodes of 32768 bytes", [(Field.inodeSize, 32768)]),
    ("descriptors of 65535 bytes", [(Field.descriptorSize, 0xFFFF)]),
    ("the first inode is 2^32 - 1", [(Field.firstInode, .max)]),
    ("2^255 groups that share", [(Field.flexLog, 255)]),
  ]

  @Test(arguments: claims.indices) func whatASuperblockClaims(_ index: Int) async throws {
    let (words, fields) = Self.claims[index]
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["d/one"], options: ["-O", "^metadata_csum,64bit,extent,^resize_inode"])
    for (field, value) in fields { try image.patch(at: 1024 + field, value) }
    for command in Self.commands {
      let finished = try await bounded(command, image)
      #expect(
        [0, 1, 2].contains(finished.status), "\(words): \(command): \(finished.status) \(finished.messages)")
      #expect(finished.lines.count < 200)
    }
  }

  /// Failed before: sums and products of what a superblock says overflowed. Judged in this process, so that a trap ends it.
  @Test func anySuperblockIsJudged() async throws {
    let image = try await ScratchImage(
      blockSize: 4096, options: ["-O", "64bit,extent,flex_bg,metadata_csum,has_journal,bigalloc"],
      blocks: 20000)
    let location = try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil))
    let file = try location.open()
    let good = try image.bytes(at: 1024, 1024)
    let values: [UInt32] = [0, 1, 2, 31, 64, 255, 0x7FFF, 0xFFFF, 1 << 16, .max / 2, .max - 1, .max]
    var judged = 0
    func judge(_ bytes: [UInt8]) {
      guard let facts = Superblock(bytes) else { return }
      try? Volume.checkResources(of: facts, file)
      for kernel in Kernel.kinds { _ = kernel.verdict(on: facts, imageByteCount: file.byteCount) }
      judged += 1
    }
    // Counts, sizes, features and the journal.
    let fields =
      Array(stride(from: 0, to: 104, by: 4)) + [
        0xCE, 0xE0, 0xE4, 0xFE, 0x100, 0x104, 0x150, 0x154, 0x158, 0x15C, 0x174,
      ]
    func put(_ value: UInt32, at offset: Int, _ bytes: inout [UInt8]) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
    }
    for one in fields where one != 56 {
      for first in values {
        var bytes = good
        put(first, at: one, &bytes)
        judge(bytes)
        for other in fields where other > one && other != 56 {
          for second in values {
            var both = bytes
            put(second, at: other, &both)
            judge(both)
          }
        }
      }
    }
    var random = SeededRandom(seed: 5)
    for _ in 0..<100_000 {
      var bytes = good
      for _ in 0..<2 + random.below(8) {
        put(values[random.below(values.count)], at: fields[random.below(fields.count)], &bytes)
      }
      (bytes[56], bytes[57]) = (0x53, 0xEF)
      judge(bytes)
    }
    #expect(judged > 100_000)
  }

  /// The same for those that libext2fs reads first.
  @Test(arguments: [(UInt32(1), UInt16(64)), (8, 0), (1, 0), (.max, 1024)]) func blocks2To64(
    perGroup: UInt32, descriptorSize: UInt16
  )
    async throws
  {
    let image = try await ScratchImage(blockSize: 1024, options: ["-O", "none"])
    for (field, value) in [
      (Field.blocks, UInt32.max), (Field.blocksHigh, .max), (Field.perGroup, perGroup), (96, 0x80),
    ] { try image.patch(at: 1024 + field, value) }
    try image.patch(at: 1024 + Field.descriptorSize, descriptorSize)
    for command in Self.commands {
      let finished = try await bounded(command, image)
      #expect([1, 2].contains(finished.status), "\(command): \(finished.status) \(finished.messages)")
    }
  }

  /// An image of 1 KiB blocks whose superblock, by hand, claims groups of 256 blocks and 8 inodes.
  private func claiming(groups: UInt32, descriptorSize: UInt16? = nil, byteCount: Int64) async throws
    -> ScratchImage
  {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["d/one"], options: ["-O", "none", "-I", "128"])
    let blocks = UInt64(groups) * 256 + 1
    for (field, value) in [
      (Field.inodes, groups * 8), (Field.blocks, UInt32(truncatingIfNeeded: blocks)), (Field.perGroup, 256),
      (Field.perGroup + 4, 256), (Field.inodesPerGroup, 8), (Field.blocksHigh, UInt32(blocks >> 32)),
    ] { try image.patch(at: 1024 + field, value) }
    if let descriptorSize {
      try image.patch(at: 1024 + 96, UInt32(0x82))
      try image.patch(at: 1024 + Field.descriptorSize, descriptorSize)
    }
    let file = try FileDescriptor.open(image.path, .readWrite)
    try file.closeAfter { try file.resize(to: byteCount) }
    return image
  }

  /// Failed before: all descriptors were read into memory, out of a hole of an image that takes some kilobytes.
  @Test(
    arguments: [(3_000_000, nil), (12_000_000, nil), (3_000_000, 64), (500_000_000, 1024)]
      as [(UInt32, UInt16?)])
  func descriptorsThatNobodyWrote(groups: UInt32, descriptorSize: UInt16?) async throws {
    let image = try await claiming(groups: groups, descriptorSize: descriptorSize, byteCount: 700 << 20)
    for command in Self.commands {
      let finished = try await bounded(command, image)
      #expect(finished.status == (command == ["info"] ? 1 : 2), "\(command): \(finished.messages)")
      let words = "it claims \(groups) groups, and the image doesn't hold so many descriptors of them"
      #expect(finished.messages.contains(words), "\(finished.messages)")
    }
  }

  /// Failed before: Swift's arrays trap where there is no memory for them.
  @Test func descriptorsThatThereIsNoMemoryFor() async throws {
    let image = try await claiming(groups: 2_000_000, byteCount: 80 << 20)
    var random = SeededRandom(seed: 11)
    let bytes = (0..<1 << 20).map { _ in UInt8(random.below(256)) }
    for megabyte in 1..<66 { try image.patch(at: megabyte << 20, bytes) }
    for command in Self.commands {
      let finished = try await bounded(command, image)
      #expect(finished.status == 2, "\(command): \(finished.messages)")
      #expect(finished.messages.contains("Cannot allocate memory"), "\(finished.messages)")
    }
  }

  /// A file system in order that this shell has too little memory for is not blamed, and what is known of it is told.
  @Test func memoryThatThisShellDoesNotAllow() async throws {
    let image = try await ScratchImage(
      blockSize: 1024,
      options: [
        "-g", "256", "-N", "1200000", "-O",
        "^resize_inode,metadata_csum,sparse_super2,extent,64bit,flex_bg",
        "-E", "lazy_itable_init=1",
      ], blocks: 256 * 69632 + 1)
    func info(limit: Int, _ format: String) async throws -> Finished {
      try await Command.script(
        "ulimit -v \(limit); exec \"$1\" info --format \(format) \"$2\"", [image.path.string])
    }
    #expect(try await info(limit: 1 << 20, "text").status == 0)
    let text = try await info(limit: 60000, "text")
    #expect(text.status == 2 && text.messages.contains("(ulimit -v)"), "\(text.messages)")
    #expect(text.text.contains("blocks      17825793, ") && text.text.contains("sudo mount"), "\(text.text)")
    #expect(!text.text.contains("e2fsck") && !text.text.contains("backup"), "\(text.text)")
    let json = try await info(limit: 60000, "json")
    let facts = try JSONDecoder().decode(ImageFacts.self, from: Data(json.output))
    #expect(json.status == 2 && facts.problems.isEmpty && facts.backups.isEmpty)
    #expect(facts.refusal?.contains("Cannot allocate memory") == true)
  }

  /// Failed before: the end of such a block overflowed.
  @Test(arguments: [[0, 4], [0], [4], [8], [0, 4, 8]]) func descriptorsThatNameBlock2To64(_ fields: [Int])
    async throws
  {
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["d/one"], options: ["-O", "^metadata_csum,64bit,extent,^resize_inode"])
    for field in fields {
      try image.patch(at: 4096 + field, UInt32.max)
      try image.patch(at: 4096 + 32 + field, UInt32.max)
    }
    for command in Self.commands {
      let finished = try await bounded(command, image)
      #expect([0, 1, 2].contains(finished.status), "\(command): \(finished.status) \(finished.messages)")
    }
  }

  /// Failed before: inode 9001 was looked for after the end of the bitmap, which is a block.
  @Test func moreInodesThanABitmapHasBits() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["d/one"], options: ["-O", "^metadata_csum,^64bit,extent,^resize_inode"],
      blocks: 8000)
    let inode = [UInt8]([0xA4, 0x81]) + [UInt8](repeating: 1, count: 126)
    let size = Int(try image.bytes(at: 1024 + 88, 2)[0]) | Int(try image.bytes(at: 1024 + 88, 2)[1]) << 8
    try image.patch(at: try await image.position(ofInode: 1) + 9000 * size, inode)
    try image.patch(at: 1024, UInt32(16384))
    try image.patch(at: 1024 + 40, UInt32(16384))
    let finished = try await bounded(["verify"], image)
    #expect(finished.status == 1, "\(finished.messages)")
    #expect(finished.text.contains("9001"), "\(finished.text)")
  }

  /// Failed before: each of eleven million blocks took memory, time and a line.
  @Test(arguments: commands) func extentsOverASparseTebibyte(_ command: [String]) async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["d/one"],
      options: ["-O", "^metadata_csum,64bit,extent,^resize_inode,large_dir"],
      blocks: 1 << 18)
    let inodesPerGroup = try image.number(at: 1024 + 40)
    let inode = try await image.position(ofInode: try image.inode(of: "d"))
    let file = try FileDescriptor.open(image.path, .readWrite)
    try file.resize(to: 1 << 40)
    try file.close()
    try image.patch(at: 1024 + 4, UInt32(1 << 28))
    try image.patch(at: 1024, inodesPerGroup * UInt32((1 << 28) / 32768))
    // 340 extents of 32768 blocks each, every other one after the one before it; they take one block.
    let (node, count) = (200_000, 340)
    var bytes = [0xF30A, UInt16(count), 340, 0].flatMap(\.littleEndianBytes) + UInt32(0).littleEndianBytes
    for index in 0..<count {
      let physical = (1 << 25) + (index % 2 == 0 ? index : count - index) * 40000
      bytes += UInt32(index * 32768).littleEndianBytes + UInt16(32768).littleEndianBytes + [0, 0]
      bytes += UInt32(physical).littleEndianBytes
    }
    try image.patch(at: node * 4096, bytes)
    let root = [UInt16(0xF30A), 1, 4, 1].flatMap(\.littleEndianBytes) + UInt32(0).littleEndianBytes
    try image.patch(
      at: inode + 40,
      root + UInt32(0).littleEndianBytes + UInt32(node).littleEndianBytes + [UInt8](repeating: 0, count: 4))
    let byteCount = UInt64(count) * 32768 * 4096
    try image.patch(at: inode + 4, UInt32(truncatingIfNeeded: byteCount))
    try image.patch(at: inode + 108, UInt32(byteCount >> 32))
    let finished = try await bounded(command, image)
    #expect([0, 1].contains(finished.status), "\(finished.status) \(finished.messages.suffix(500))")
    // `info` reads no directory.
    if command[0] == "info" { return }
    let said = finished.messages + finished.text
    #expect(said.contains("lies in a hole of the image"), "\(said.suffix(500))")
    #expect(said.split(separator: "\n").count { $0.contains("lies in a hole") } <= count)
  }

  @Test func seenBlocksAreThoseOfASet() {
    var random = SeededRandom(seed: 7)
    for round in 0..<40 {
      var seen = SeenBlocks()
      var all: Set<BlockNumber> = []
      for _ in 0..<(round < 38 ? 60 : 4000) {
        let start = BlockNumber(random.below(round < 38 ? 200 : 40000))
        let end = start + 1 + UInt64(random.below(random.below(3) == 0 ? 1 : 30))
        var next = start
        while next < end {
          let (count, isNew) = seen.insertFront(of: next..<end)
          #expect(count > 0 && next + count <= end)
          for block in next..<next + count { #expect(all.insert(block).inserted == isNew) }
          next += count
        }
      }
    }
  }

  /// Failed before: what filled the gaps between many stretches met each of them again every time.
  @Test func seenBlocksThatTouchAreOneStretch() {
    var seen = SeenBlocks()
    _ = seen.insert(100_000)
    for block in stride(from: 0 as BlockNumber, to: 32768, by: 2) { _ = seen.insert(block) }
    func stepCount() -> Int {
      var (start, steps) = (0 as BlockNumber, 0)
      while start < 32768 {
        start += seen.insertFront(of: start..<32768).count
        steps += 1
      }
      return steps
    }
    #expect(stepCount() > 30000)
    #expect(stepCount() == 1)
  }

  @Test(arguments: commands + [["verify", "--thorough"]]) func sixteenDescriptorsAreEnough(
    _ command: [String]
  ) async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["d/one", "e/two"])
    let finished = try await Command.script(
      "ulimit -n 16; tool=$1; image=$2; shift 2; exec \"$tool\" \"$@\" \"$image\"",
      [image.path.string] + command)
    #expect(finished.status == 0, "\(finished.messages)")
  }

  /// With fewer it is the limit that is named, and not the image that is blamed.
  @Test func tooFewDescriptorsAreNamed() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["d/one", "e/two"])
    for command in ["ls", "map", "info", "verify"] {
      for limit in 4...8 {
        let finished = try await Command.script(
          "ulimit -n \(limit); exec \"$1\" \(command) \"$2\"", [image.path.string])
        #expect([0, 2].contains(finished.status), "\(command) \(limit): \(finished.messages)")
        // With fewer than five there is none for what the system asks before it knows of descriptors.
        if finished.status == 2, limit > 4 {
          #expect(
            finished.messages.contains(
              "Too many open files; this shell allows too few open files (ulimit -n)"),
            "\(command) \(limit): \(finished.messages)")
        }
        // Three are open before; then one for the image, and one for each arena of pages.
        let least = try #require(["info": 4, "ls": 5, "map": 6, "verify": 7][command])
        #expect(finished.status == (limit >= least ? 0 : 2), "\(command) \(limit): \(finished.messages)")
      }
    }
  }

  /// An attribute block of a file with many names: records as many as it has room for, whose values all lie over each other.
  @Test(arguments: ["encrypt,", "ea_inode,"]) func attributesThatLieOverEachOther(features: String)
    async throws
  {
    let image = try await ScratchImage(
      blockSize: 65536, tree: ["d/one"], options: ["-O", "^metadata_csum,^64bit,^dir_index," + features],
      blocks: 4000)
    let block = 3000
    var bytes: [UInt8] = UInt32(0xEA02_0000).littleEndianBytes + [UInt8](repeating: 0, count: 28)
    for number in 0..<4000 {
      // No name; in the block, or in an inode of its own.
      let isElsewhere = features == "ea_inode,"
      bytes +=
        [0, 1] + UInt16(0).littleEndianBytes + UInt32(isElsewhere ? 11 + number % 90 : 0).littleEndianBytes
      bytes += UInt32(isElsewhere ? 1 << 20 : 65536).littleEndianBytes + UInt32(0).littleEndianBytes
    }
    try image.patch(at: block * 65536, bytes)
    try await image.debugfs("set_inode_field /d/one flags 0x800")
    for path in ["/d", "/d/one"] { try await image.debugfs("set_inode_field \(path) file_acl \(block)") }
    for index in 0..<400 { try await image.debugfs("ln /d/one /d/link\(index)") }
    let finished = try await bounded(["verify"], image, seconds: 20)
    #expect(finished.status == 1, "\(finished.messages)")
  }

  /// A link of many names whose map leads to as many empty nodes as a block has room for, all after its end.
  @Test func emptyNodesAfterTheEnd() async throws {
    let image = try await ScratchImage(blockSize: 65536, tree: ["d/one"], blocks: 40000)
    try await image.debugfs("symlink /d/link \(String(repeating: "t", count: 200))")
    let block = 3000
    try image.patch(at: block * 65536, (0..<16384).flatMap { UInt32(5000 + $0).littleEndianBytes })
    for field in ["block[DIND]", "block[TIND]"] {
      try await image.debugfs("set_inode_field /d/link \(field) \(block)")
      try await image.debugfs("set_inode_field /d \(field) \(block)")
    }
    for index in 0..<40 { try await image.debugfs("ln /d/link /d/link\(index)") }
    for command in [["ls", "-l", image.path.string, "/d"], ["verify", image.path.string]] {
      let finished = try await bounded(command, seconds: 10)
      #expect([0, 1].contains(finished.status), "\(finished.messages)")
    }
  }

  @Test func aLinkThatClaimsToBeLong() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["d/one"])
    try await image.debugfs("symlink /link target")
    let inode = try await image.position(ofInode: try image.inode(of: "link"))
    for size in [UInt32.max, 1 << 31, 4097, 60, 0] {
      try image.patch(at: inode + 4, size)
      let finished = try await bounded(["ls", "-l"], image)
      #expect(
        finished.status == 1 && finished.messages.contains("symbolic link"), "\(size): \(finished.messages)")
    }
  }

  @Test(arguments: [["ls", "-lR"], ["map", "-R"], ["info"]]) func aDirectoryOf65000Directories(
    _ command: [String]
  ) async throws {
    let image = try await ScratchImage.crowded(.directories, count: 65000)
    let finished = try await bounded(command, image)
    #expect(finished.status == 0, "\(finished.status) \(finished.messages.suffix(300))")
  }
}
