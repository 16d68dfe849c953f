import Basics
import ExtCheck
import FolioCore
import Foundation
import SystemPackage
import Testing

/// A break: what is done to a good image, and the rule that must be found broken then. See fixtures/damaged/README.md.
struct Break: Sendable, CustomTestStringConvertible {
  /// What the image is before.
  enum Base: Sendable {
    /// `/d` with 40 files, `/e` with one and a directory `sub` with another; these features of mke2fs.
    case small(features: String)
    /// `/d` with so many files of long names that it takes several blocks, and hashed by e2fsck where it says so.
    case large(features: String, isHashed: Bool)
    /// `/d` with more files than inodes of one group.
    case twoGroups
  }

  let rule: Rule
  /// What is found broken besides, and has to be.
  var companions: Set<Rule> = []
  var blockSizes = [1024, 4096, 65536]
  var base = Base.small(features: Break.plain)
  let apply: @Sendable (ScratchImage) async throws -> Void

  var testDescription: String { rule.rawValue }

  static let plain = "^metadata_csum,^64bit,^dir_index"
  static let hashed = Base.large(features: "^metadata_csum,^64bit,dir_index", isHashed: true)

  /// An image that is sound but for this break.
  func brokenImage(blockSize: Int) async throws -> ScratchImage {
    let image = try await goodImage(blockSize: blockSize)
    try await apply(image)
    return image
  }

  /// A copy of a good image: making it anew takes longer.
  func goodImage(blockSize: Int) async throws -> ScratchImage {
    try await GoodImages.shared.image(for: base, blockSize: blockSize).copy()
  }
}

/// Good images, each made once.
private actor GoodImages {
  static let shared = GoodImages()
  private var made: [String: Task<ScratchImage, any Error>] = [:]

  func image(for base: Break.Base, blockSize: Int) async throws -> ScratchImage {
    let key = "\(blockSize) \(base)"
    let task = made[key] ?? Task { try await Self.make(base, blockSize: blockSize) }
    made[key] = task
    return try await task.value
  }

  private static func make(_ base: Break.Base, blockSize: Int) async throws -> ScratchImage {
    switch base {
    case .small(let features):
      let forty = (10..<50).map { "d/file-\($0)" }
      return try await ScratchImage(
        blockSize: blockSize, tree: forty + ["e/other", "e/sub/deep"], options: ["-O", features])
    case .twoGroups:
      return try await ScratchImage(
        blockSize: blockSize, tree: (100..<250).map { "d/file-\($0)" }, options: ["-O", Break.plain],
        blocks: 16384)
    case .large(let features, let isHashed):
      // Blocks of 1 KiB: enough for nodes between root and leaves.
      let fileCount = blockSize == 4096 ? 200 : 700
      let names = (0..<fileCount).map { "d/\(10000 + $0)-" + String(repeating: "n", count: 200) }
      let image = try await ScratchImage(
        blockSize: blockSize, tree: names + ["e/other"], options: ["-O", features])
      if isHashed {
        let finished = try await Command.run("e2fsck", ["-fyD", image.path.string])
        try #require(finished.status <= 1, "\(finished.text)")
      }
      return image
    }
  }
}

extension ScratchImage {
  var d: InodeNumber { get throws { try inode(of: "d") } }

  /// Where the record of `/d/file-29` is.
  fileprivate var entry: Int { get throws { try position(ofEntry: "file-29", in: try d) } }

  /// Gives `/d/file-10` a second name of two letters, which does no harm, and says where its record is.
  fileprivate func secondName() async throws -> Int {
    try await debugfs("ln /d/file-10 /d/zz")
    try await debugfs("set_inode_field /d/file-10 links_count 2")
    return try position(ofEntry: "zz", in: try d)
  }

  func block(_ index: Int) throws -> Int {
    try positions(ofDirectory: try d)[index]
  }

  /// Where the entries of an index block begin: at limit and count.
  func bytes(at position: Int, _ count: Int) throws -> [UInt8] {
    Array(try readFile(path)[position..<position + count])
  }

  func number(at position: Int) throws -> UInt32 {
    try bytes(at: position, 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  fileprivate func flip(at position: Int) throws {
    try patch(at: position, try bytes(at: position, 1)[0] ^ 0x55)
  }
}

extension Break {
  static let all: [Break] = records + dots + names + entries + tree + blocks + hashTrees + checksums + tables

  private static let records = [
    Break(rule: .recordTooShort, companions: [.inodeUnattached]) {
      try $0.patch(at: $0.entry + 4, UInt16(8))
    },
    // In 64 KiB blocks the low bits of a length are its high ones.
    Break(rule: .recordUnaligned, companions: [.inodeUnattached], blockSizes: [1024, 4096, 32768]) {
      try $0.patch(at: $0.entry + 4, UInt16(18))
    },
    Break(rule: .nameTooLong, companions: [.inodeUnattached]) { try $0.patch(at: $0.entry + 4, UInt16(12)) },
    Break(rule: .recordAcrossBlocks, companions: [.inodeUnattached]) {
      try $0.patch(at: $0.entry + 4, UInt16(0xFFF4))
    },
    Break(rule: .inodeOutOfBounds, companions: [.inodeUnattached]) {
      try $0.patch(at: $0.entry, UInt32(0xFFFF_FFF0))
    },
    Break(rule: .dotIsLast) { image in
      try image.patch(at: image.block(0) + 4, UInt16(clamping: image.blockSize))
    },
    Break(rule: .blockEndUnreachable) { image in
      // Eight bytes at the end that no record has.
      let oracle = try Ext2fsOracle(image.path.string)
      let last = try #require(try oracle.entries(of: image.d).last)
      try image.patch(at: try image.block(0) + last.offset + 4, UInt16(last.recordLength - 8))
    },
    Break(rule: .beginsWithZeroes, companions: [.inodeUnattached]) { image in
      try image.patch(at: image.block(0), [UInt8](repeating: 0, count: image.blockSize))
    },
  ]

  private static let dots = [
    Break(rule: .missingDot) { try $0.patch(at: $0.block(0), UInt32(0)) },
    Break(rule: .wrongDot) { try $0.patch(at: $0.block(0), UInt32(13)) },
    Break(rule: .dotTooLong) { image in
      // "." takes 24 bytes, and ".." follows.
      let tree = try image.inode(of: "e")
      let block = try image.positions(ofDirectory: try image.inode(of: "sub", in: tree))[0]
      let second = try image.bytes(at: block + 12, 12)
      let third = try image.bytes(at: block + 24, 16)
      try image.patch(at: block + 4, UInt16(24))
      try image.patch(at: block + 24, second)
      try image.patch(at: block + 24 + 12, third)
      let rest = UInt16(truncatingIfNeeded: image.blockSize - 36)
      try image.patch(at: block + 24 + 12 + 4, rest)
    },
    Break(rule: .dotUnterminated) { try $0.patch(at: $0.block(0) + 9, UInt8(7)) },
    Break(rule: .missingDotDot) { try $0.patch(at: $0.block(0) + 12, UInt32(0)) },
    Break(rule: .wrongDotDot) { try $0.patch(at: $0.block(0) + 12, try $0.inode(of: "e")) },
    Break(rule: .dotMisplaced) { image in
      // A directory's name, as its type says.
      try image.patch(at: try await image.secondName() + 7, [UInt8(2)] + Array("..".utf8))
      try await image.debugfs("set_inode_field /d/file-10 links_count 1")
    },
  ]

  private static let names = [
    Break(rule: .nameEmpty) { image in
      try image.patch(at: try await image.secondName() + 6, UInt8(0))
    },
    Break(rule: .nameUnusable) { image in
      try image.patch(at: try await image.secondName() + 8, Array("z/".utf8))
    },
    Break(rule: .nameTwice) { image in
      try await image.debugfs("ln /d/file-10 /d/file-1x")
      try await image.debugfs("set_inode_field /d/file-10 links_count 2")
      try image.patch(at: image.position(ofEntry: "file-1x", in: image.d) + 8, Array("file-11".utf8))
    },
  ]

  private static let entries = [
    Break(rule: .inodeReserved) { image in
      try image.patch(at: try await image.secondName(), UInt32(7))
      try await image.debugfs("set_inode_field /d/file-10 links_count 1")
    },
    Break(rule: .inodeUnused) { image in
      try image.patch(at: try await image.secondName(), UInt32(100))
      try await image.debugfs("set_inode_field /d/file-10 links_count 1")
    },
    Break(rule: .inodeFree) { try await $0.debugfs("freei /d/file-29") },
    Break(rule: .inodeUnusable) { try await $0.debugfs("set_inode_field /d/file-29 file_acl 0xffffff") },
    Break(rule: .featureMissing, base: .small(features: plain + ",^ext_attr")) {
      try await $0.debugfs("set_inode_field /d/file-29 file_acl 200")
    },
    // Encrypted, and doesn't say by which policy.
    Break(rule: .encryptionPolicy) { try await $0.debugfs("set_inode_field /d/file-29 flags 0x800") },
    Break(rule: .typeMismatch) { try $0.patch(at: $0.entry + 7, UInt8(2)) },
    Break(
      rule: .typeWithoutFeature, base: .small(features: plain + ",^filetype")
    ) { try $0.patch(at: $0.entry + 7, UInt8(1)) },
  ]

  private static let tree = [
    Break(rule: .directorySecondName) { try await $0.debugfs("ln /e/sub /d/again") },
    Break(rule: .directoryCycle) { try await $0.debugfs("ln /e /e/sub/up") },
    Break(rule: .directoryUnreached) { try await $0.debugfs("unlink /e/sub") },
    Break(rule: .inodeUnattached) { try await $0.debugfs("unlink /d/file-29") },
    Break(rule: .wrongLinkCount) { try await $0.debugfs("set_inode_field /e links_count 9") },
  ]

  private static let inline = Base.small(features: plain + ",extent,inline_data")
  private static let long = Base.large(features: plain, isHashed: false)

  private static let blocks = [
    Break(rule: .wrongSize) { try await $0.debugfs("set_inode_field /d size \($0.blockSize - 4)") },
    Break(rule: .wrongBlockCount) { try await $0.debugfs("set_inode_field /d blocks 999") },
    // The same of a directory kept in its inode.
    Break(rule: .wrongBlockCount, base: inline) { try await $0.debugfs("set_inode_field /e/sub blocks 8") },
    Break(rule: .wrongSize, base: inline) { try await $0.debugfs("set_inode_field /e/sub size 999") },
    Break(rule: .hole, companions: [.inodeUnattached], base: long) {
      try await $0.debugfs("set_inode_field /d block[1] 0")
    },
    Break(rule: .blockOutside, companions: [.inodeUnattached], base: long) {
      try await $0.debugfs("set_inode_field /d block[1] 0xffffff")
    },
    Break(rule: .blockTwice, companions: [.inodeUnattached], base: long) { image in
      let first = try image.block(0) / image.blockSize
      try await image.debugfs("set_inode_field /d block[1] \(first)")
    },
    Break(rule: .blockShared, base: .small(features: plain)) { image in
      // The second blocks of two directories, both empty.
      for directory in ["d", "e"] { try await image.debugfs("expand_dir /\(directory)") }
      let block = try image.block(1) / image.blockSize
      try await image.debugfs("set_inode_field /e block[1] \(block)")
    },
    Break(
      rule: .blockMapDamaged, companions: [.inodeUnattached], base: .small(features: plain + ",extent")
    ) { image in
      try image.patch(at: try await image.position(ofInode: image.d) + 40, UInt16(7))
    },
    Break(
      rule: .contentsUnreadable, companions: [.inodeUnattached], base: inline
    ) { image in
      // The length of system.data: after an entry's first eight bytes, after the attributes' magic number.
      let inode = try await image.position(ofInode: try image.inode(of: "sub", in: image.inode(of: "e")))
      let extra = Int(try image.bytes(at: inode + 128, 1)[0])
      try image.patch(at: inode + 128 + extra + 4 + 8, UInt32(60000))
    },
  ]

  private static let hashTrees = [
    Break(rule: .htreeRoot, base: hashed) { try $0.patch(at: $0.block(0) + 24, UInt32(1)) },
    Break(
      rule: .htreeNode, blockSizes: [1024], base: hashed
    ) { image in
      try image.patch(at: image.node() + 6, UInt8(4))
    },
    Break(rule: .htreeLimit, base: hashed) { image in
      let at = try image.block(0) + 32
      try image.patch(at: at, UInt16(truncatingIfNeeded: image.number(at: at)) - 3)
    },
    Break(rule: .htreeCount, base: hashed) { try $0.patch(at: $0.block(0) + 34, UInt16(0)) },
    Break(rule: .htreeOrder, companions: [.htreeLeafBounds], base: hashed) { image in
      // Of the last two entries of the root, or of a node below it.
      let at = try image.lastEntry()
      let (last, before) = (try image.number(at: at), try image.number(at: at - 8))
      try image.patch(at: at, before)
      try image.patch(at: at - 8, last)
    },
    Break(rule: .htreeBlock, base: hashed) { try $0.patch(at: $0.lastEntry() + 4, UInt32(0xFFFFF)) },
    Break(rule: .htreeLeafMissing, base: hashed) { image in
      let at = try image.countPosition() - 2
      try image.patch(at: at + 2, UInt16(truncatingIfNeeded: image.number(at: at) >> 16) - 1)
    },
    Break(rule: .htreeLeafBounds, base: hashed) { image in
      // The last leaf but one begins so late that its names are below it.
      let at = try image.lastEntry()
      try image.patch(at: at - 8, image.number(at: at) & ~1 - 2)
    },
    Break(rule: .htreeWithoutFeature) { try await $0.debugfs("set_inode_field /d flags 0x1000") },
  ]

  private static let sums = "metadata_csum,^64bit,^dir_index"

  private static let checksums = [
    Break(rule: .directoryChecksum, base: .small(features: sums)) { image in
      try image.flip(at: image.block(0) + image.blockSize - 1)
    },
    Break(
      rule: .htreeChecksum,
      base: .large(features: "metadata_csum,^64bit,dir_index", isHashed: true)
    ) { try $0.flip(at: $0.block(0) + $0.blockSize - 1) },
    Break(rule: .inodeChecksum, base: .small(features: sums)) { image in
      try image.flip(at: try await image.position(ofInode: image.d) + 0x7C)
    },
    Break(rule: .superblockChecksum, base: .small(features: sums)) { try $0.flip(at: 1024 + 0x3FC) },
    // More blocks after the group descriptors than a block could name.
    Break(rule: .metadataImplausible) { image in
      // The first group's block bitmap, after the superblock's block.
      try image.patch(at: max(2048, image.blockSize), UInt32(0xFF_FFFF))
    },
    Break(rule: .superblockImplausible) { try $0.patch(at: 1024 + 0xCE, UInt16(0x7FFF)) },
  ]

  private static let tables = [
    Break(rule: .imageTooShort) { image in
      let file = try FileDescriptor.open(image.path, .readWrite)
      try file.closeAfter { try file.resize(to: Int64(255 * image.blockSize)) }
    },
    Break(
      rule: .inodeTableUnreadable, companions: [.metadataImplausible], blockSizes: [1024],
      base: .twoGroups
    ) { image in
      // The second group says that its inode table is the first group's.
      let table = try image.number(at: 2048 + 8)
      try image.patch(at: 2048 + 32 + 8, table)
    },
    Break(rule: .zeroRecordLength, blockSizes: [65536]) { image in
      let lostAndFound = try image.positions(ofDirectory: 11)
      try image.patch(at: lostAndFound[1] + 4, UInt16(0))
    },
    Break(rule: .blockLargerThanPage, blockSizes: [16384, 65536]) { _ in },
  ]
}

extension ScratchImage {
  /// Where an index block is whose entries lead to leaves: the root, or a node below it.
  func node() throws -> Int {
    let root = try block(0)
    guard try bytes(at: root + 30, 1)[0] > 0 else { return root }
    return try block(Int(number(at: root + 36)))
  }

  /// Where such a block says how many entries it has.
  fileprivate func countPosition() throws -> Int {
    let node = try node()
    return try node == block(0) ? node + 34 : node + 10
  }

  /// Where the last entry of such a block is.
  func lastEntry() throws -> Int {
    let count = try countPosition()
    let entries = Int(try number(at: count - 2) >> 16)
    return count - 2 + 8 * (entries - 1)
  }
}
