import ExtCheck
import SystemPackage
import Testing

@testable import TestSupport

/// Images that hang other tools, or take all their memory: `verify` ends, within 512 MiB of address space.
@Suite struct HostileImageTests {
  /// Something endless, and a rule that it breaks.
  struct Hostile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let what: Break

    init(_ description: String, _ what: Break) {
      testDescription = description
      self.what = what
    }
  }

  private static let extents = Break.Base.small(features: Break.plain + ",extent")
  private static let largeDirectories = Break.Base.small(features: Break.plain + ",extent,large_dir")

  static let all =
    cycles + sizes + hashTrees + [
      Hostile(
        "an extent node that leads to itself",
        Break(rule: .blockMapDamaged, base: extents) { try await $0.makeExtentLoop(depth: 1) }),
      Hostile(
        "extent nodes five deep, all the same block",
        Break(rule: .blockMapDamaged, base: extents) { try await $0.makeExtentLoop(depth: 5) }),
      Hostile(
        "indirect blocks that lead to themselves",
        Break(rule: .blockTwice) { image in
          let block = try image.positions(ofDirectory: try image.inode(of: "e"))[0] / image.blockSize
          let pointer = UInt32(block).littleEndianBytes
          let pointers = Array(repeatElement(pointer, count: image.blockSize / 4).joined())
          try image.patch(at: block * image.blockSize, pointers)
          try await image.debugfs("set_inode_field /d size \(UInt32.max - 65535)")
          for field in ["IND", "DIND", "TIND"] {
            try await image.debugfs("set_inode_field /d block[\(field)] \(block)")
          }
        }),
      Hostile(
        "indirect blocks of nothing but noise",
        Break(rule: .blockOutside) { image in
          let block = try image.positions(ofDirectory: try image.inode(of: "e"))[0] / image.blockSize
          let noise = (0..<image.blockSize / 4).flatMap { UInt32(0x7000_0000 + 7 * $0).littleEndianBytes }
          try image.patch(at: block * image.blockSize, noise)
          try await image.debugfs("set_inode_field /d size \(UInt32.max - 65535)")
          for field in ["IND", "DIND"] {
            try await image.debugfs("set_inode_field /d block[\(field)] \(block)")
          }
        }),
    ]

  private static let cycles = [
    Hostile(
      "a directory in itself", Break(rule: .directoryCycle) { try await $0.debugfs("ln /e /e/sub/up") }),
    Hostile("the root in it", Break(rule: .directoryCycle) { try await $0.debugfs("ln / /e/sub/root") }),
    Hostile(
      "a cycle that nothing leads to",
      Break(rule: .directoryCycle) {
        try await $0.debugfs("ln /e /e/sub/up")
        try await $0.debugfs("unlink /e")
      }),
  ]

  private static let sizes = [
    Hostile(
      "i_size of 2^60, large_dir",
      Break(rule: .hole, base: largeDirectories) { try await $0.makeLarge(high: 1 << 28, low: 0) }),
    Hostile(
      "i_size of 2^63 and more, large_dir",
      Break(rule: .hole, base: largeDirectories) { try await $0.makeLarge(high: 0xFFFF_FFFF, low: 0) }),
    Hostile(
      "i_size of 2^60, large_dir, no extents",
      Break(rule: .hole, base: .small(features: Break.plain + ",large_dir")) {
        try await $0.makeLarge(high: 1 << 28, low: 0)
      }),
    Hostile(
      "i_size of 4 GiB", Break(rule: .hole) { try await $0.makeLarge(high: 0, low: UInt32.max - 65535) }),
  ]

  private static let hashTrees = [
    Hostile(
      "an htree node that leads to itself",
      Break(rule: .htreeBlock, blockSizes: [1024], base: Break.hashed) { image in
        try image.patch(at: image.lastEntry() + 4, image.number(at: image.block(0) + 36))
      }),
    Hostile(
      "an htree root that says it is two levels of nodes deep, which are its leaves",
      Break(rule: .htreeRoot, base: Break.hashed) { try $0.patch(at: $0.block(0) + 30, UInt8(9)) }),
    Hostile(
      "an htree root all of whose entries lead to one node",
      Break(rule: .htreeBlock, base: Break.hashed) { image in
        let root = try image.block(0)
        let count = Int(try image.number(at: root + 32) >> 16)
        let first = try image.number(at: root + 36)
        for index in 1..<max(2, count) { try image.patch(at: root + 32 + 8 * index + 4, first) }
        try image.patch(at: root + 34, UInt16(max(2, count)))
      }),
  ]

  @Test(arguments: all.flatMap { each in each.what.blockSizes.map { (each, $0) } })
  func itEnds(_ hostile: Hostile, blockSize: Int) async throws {
    let image = try await hostile.what.brokenImage(blockSize: blockSize)
    let finished = try await verifyWithin512MiB(image)
    #expect(finished.status == 1, "\(finished.text.suffix(500)) \(finished.messages.suffix(500))")
    #expect(finished.text.contains(" \(hostile.what.rule.rawValue): "), "\(finished.text.prefix(2000))")
    // What is endless is told in a few lines.
    #expect(finished.lines.count < 30)
  }

  private func verifyWithin512MiB(_ image: ScratchImage) async throws -> Finished {
    try await Command.script(
      "ulimit -v 524288; exec timeout 250 \"$1\" verify -q \"$2\"", [image.path.string])
  }

  @Test func aFileOf65000Links() async throws {
    let image = try await ScratchImage.crowded(.links, count: 64999)
    #expect(try await !E2fsck.check(image.path.string).complainsAboutDirectories)
    let finished = try await verifyWithin512MiB(image)
    #expect(finished.status == 0, "\(finished.text.prefix(1000)) \(finished.messages)")
    try image.patch(at: try await image.position(ofInode: image.inode(of: "one")) + 26, UInt16(64999))
    let broken = try await verifyWithin512MiB(image)
    #expect(broken.text.contains("wrong-link-count") && broken.text.contains("64999 links, should be 65000"))
  }

  @Test func aDirectoryOf65000Directories() async throws {
    let image = try await ScratchImage.crowded(.directories, count: 65000)
    #expect(try await !E2fsck.check(image.path.string).complainsAboutDirectories)
    let finished = try await verifyWithin512MiB(image)
    #expect(finished.status == 0, "\(finished.text.prefix(1000)) \(finished.messages)")
  }

  @Test func aDirectoryOf65000Names() async throws {
    let image = try await ScratchImage.crowded(.namesOfADirectory, count: 65000)
    let finished = try await verifyWithin512MiB(image)
    #expect(finished.status == 1)
    #expect(finished.lines.count { $0.contains(" directory-second-name: ") } == 65000)
  }
}

extension ScratchImage {
  /// Changes the size of `/d`.
  fileprivate func makeLarge(high: UInt32, low: UInt32) async throws {
    let inode = try await position(ofInode: try d)
    try patch(at: inode + 4, low)
    try patch(at: inode + 108, high)
  }

  /// The extents of `/d` begin `depth` levels above its blocks, and lead to one block of theirs over and over.
  fileprivate func makeExtentLoop(depth: UInt16) async throws {
    let block = try positions(ofDirectory: try inode(of: "e"))[0] / blockSize
    func node(depth: UInt16, entryCount: Int) -> [UInt8] {
      let count = UInt16(entryCount)
      let header = [0xF30A, count, count, depth].flatMap(\.littleEndianBytes) + UInt32(0).littleEndianBytes
      let entries = (0..<entryCount).flatMap { index in
        UInt32(index).littleEndianBytes + UInt32(block).littleEndianBytes + UInt32(0).littleEndianBytes
      }
      return header + entries
    }
    let inode = try await position(ofInode: try d)
    try patch(at: inode + 40, node(depth: depth, entryCount: 4))
    try patch(at: block * blockSize, node(depth: depth == 1 ? 1 : depth - 1, entryCount: blockSize / 12 - 1))
    try patch(at: inode + 4, UInt32(1 << 30))
  }
}
