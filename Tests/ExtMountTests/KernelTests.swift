import Basics
import Foundation
import SystemPackage
import Testing

@testable import ExtMount
@testable import ExtVolume
@testable import TestSupport

/// What kernels make of file systems.
@Suite struct KernelTests {
  /// A superblock that says only this.
  static func facts(
    blockSize: Int = 4096, compatible: UInt32 = 0, incompatible: UInt32 = 0, readOnly: UInt32 = 0,
    journalInode: UInt32 = 8
  ) throws -> Superblock {
    var bytes = [UInt8](repeating: 0, count: Superblock.byteCount)
    func put(_ value: UInt32, at offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    for (offset, inodes) in [(0x00, 256), (0x28, 256)] as [(Int, UInt32)] { put(inodes, at: offset) }
    for (offset, blocks) in [(0x04, 100), (0x20, 32768), (0x24, 32768)] as [(Int, UInt32)] {
      put(blocks, at: offset)
    }
    for offset in [0x18, 0x1C] { put(UInt32(blockSize.trailingZeroBitCount - 10), at: offset) }
    put(256, at: 0x58)
    put(11, at: 0x54)
    // A journal in no inode is on a device.
    if journalInode == 0 { put(0x801, at: 0xE4) }
    if incompatible & 0x80 != 0 { put(64 << 16, at: 0xFC) }
    // Names that may differ in case only are in UTF-8.
    if incompatible & 0x20000 != 0 { put(1, at: 0x27C) }
    put(0x1_EF53, at: 0x38)
    put(1, at: 0x4C)
    put(compatible, at: 0x5C)
    put(incompatible, at: 0x60)
    put(readOnly, at: 0x64)
    put(journalInode, at: 0xE0)
    return try #require(Superblock(bytes))
  }

  struct Case: CustomTestStringConvertible {
    let what: String
    var blockSize = 4096
    var compatible: UInt32 = 0
    var incompatible: UInt32 = 0
    var readOnly: UInt32 = 0
    var journalInode: UInt32 = 8
    /// Of the kinds of kernels, in their order: y, r, or n.
    let mounts: String
    /// What some reason says.
    var saying: String?
    var testDescription: String { what }
  }

  static let cases = [
    Case(what: "plain ext2", incompatible: 2, readOnly: 3, mounts: "yyyyy"),
    Case(
      what: "blocks of 64 KiB", blockSize: 65536, incompatible: 2, mounts: "nnyyy", saying: "4096 < 65536"),
    Case(what: "blocks of 8 KiB", blockSize: 8192, incompatible: 2, mounts: "nnyyy"),
    Case(what: "ext3", compatible: 4, incompatible: 2, mounts: "yyyyy"),
    Case(
      what: "ext3 that waits for its journal", compatible: 4, incompatible: 6, mounts: "nyyny",
      saying: "can't replay the journal"),
    Case(
      what: "an external journal", compatible: 4, incompatible: 2, journalInode: 0, mounts: "yrryr",
      saying: "only with ro,noload where its journal's device isn't at hand"),
    Case(what: "a journal device", incompatible: 8, mounts: "nnnnn", saying: "a journal for another"),
    Case(
      what: "ext4", compatible: 4, incompatible: 0x2C2, readOnly: 0x6B, mounts: "nyyny",
      saying: "doesn't know extent, 64bit, flex_bg"),
    Case(
      what: "only an ext4 ro_compat feature", incompatible: 2, readOnly: 0x8, mounts: "ryyry",
      saying: "huge_file"),
    Case(what: "meta_bg", incompatible: 0x12, mounts: "yyyyy"),
    Case(what: "large_dir", incompatible: 0x4002, mounts: "nyyny", saying: "from Linux 4.13 on (large_dir)"),
    Case(what: "casefold", incompatible: 0x20002, mounts: "nyyny", saying: "from Linux 5.2 on (casefold)"),
    Case(what: "verity", readOnly: 0x8000, mounts: "ryyry", saying: "from Linux 5.4 on (verity)"),
    Case(what: "encrypt", incompatible: 0x10002, mounts: "nyyny"),
    Case(
      what: "encrypt in blocks of 64 KiB", blockSize: 65536, incompatible: 0x10002, mounts: "nnnny",
      saying: "encrypt does not go"),
    Case(what: "dirdata of Lustre", incompatible: 0x1002, mounts: "nnnnn", saying: "doesn't know dirdata"),
    Case(what: "compression", incompatible: 0x3, mounts: "nnnnn"),
    Case(
      what: "an incompatible feature of the future", incompatible: 0x8000_0002, mounts: "nnnnn",
      saying: "FEATURE_I31"),
    Case(
      what: "a read-only one of the future", readOnly: 0x8000_0000, mounts: "rrrrr", saying: "FEATURE_R31"),
    Case(what: "shared_blocks of Android", readOnly: 0x4000, mounts: "rrrrr"),
    Case(what: "marked read-only", readOnly: 0x1000, mounts: "rrrrr"),
    Case(what: "a compatible one of the future", compatible: 0x8000_0000, incompatible: 2, mounts: "yyyyy"),
    Case(
      what: "checksums of an unknown type", readOnly: 0x400, mounts: "rnnrn", saying: "checksums of type 0"),
  ]

  @Test(arguments: cases) func kinds(_ each: Case) throws {
    let facts = try Self.facts(
      blockSize: each.blockSize, compatible: each.compatible, incompatible: each.incompatible,
      readOnly: each.readOnly, journalInode: each.journalInode)
    let verdicts = Kernel.kinds.map { $0.verdict(on: facts, imageByteCount: facts.byteCount) }
    let letters = verdicts.map { ["readWrite": "y", "readOnly": "r", "no": "n"][$0.mount.rawValue] ?? "?" }
    #expect(letters.joined() == each.mounts, "\(verdicts)")
    // Whoever does not mount it at all, or not to write, says why.
    #expect(verdicts.allSatisfy { $0.mount == .readWrite || !$0.reasons.isEmpty })
    if let words = each.saying {
      #expect(verdicts.contains { $0.reasons.contains { $0.words.contains(words) } }, "\(verdicts)")
    }
  }

  /// A reason is a value with the numbers and features that it is about.
  @Test func reasonsHaveTheirNumbers() throws {
    let facts = try Self.facts(blockSize: 65536, incompatible: 0x4002)
    let largeDirectories = try #require(facts.features.first { $0.name == "large_dir" })
    func reasons(_ kernel: Kernel, _ obstacles: [MountObstacle] = []) -> [Verdict.Reason] {
      kernel.verdict(on: facts, obstacles: obstacles, imageByteCount: facts.byteCount).reasons
    }
    let small = Verdict.Reason.smallPages(4096, blockSize: 65536)
    func unknown(_ since: KernelVersion?) -> Verdict.Reason {
      .unknownFeatures([Verdict.UnknownFeature(feature: largeDirectories, since: since)])
    }
    #expect(reasons(Kernel.kinds[0]) == [unknown(nil), small])
    #expect(reasons(Kernel.kinds[1]) == [small])
    #expect(reasons(Kernel.kinds[4]) == [.newestFeature(largeDirectories, since: KernelVersion(4, 13))])
    let old = Kernel(
      name: "", driver: .ext4, version: KernelVersion(4, 1), pageSize: 65536, takesLargeBlocks: false)
    #expect(reasons(old) == [unknown(KernelVersion(4, 13))])
    // What a kernel loads a journal for, one that leaves it alone gets past.
    let damaged = MountObstacle.Reason.inode(
      8, .journal, .journal(.blockSize(1024)), mayBeReplayed: false)
    let obstacle = MountObstacle(reason: damaged, refusal: .byExt4WithJournal)
    #expect(reasons(Kernel.kinds[4], [obstacle]).first == .withJournal(damaged))
    #expect(damaged.words == "inode 8, the journal's, says that it has blocks of 1024 bytes")
  }

  @Test func aVersionKnowsWhatItHas() throws {
    let facts = try Self.facts(incompatible: 0x20002)
    func mounts(_ version: KernelVersion, unicode: Bool?) -> Verdict.Mount {
      Kernel(
        name: "", driver: .ext4, version: version, pageSize: 4096, takesLargeBlocks: false,
        hasUnicode: unicode
      ).verdict(on: facts, imageByteCount: facts.byteCount).mount
    }
    #expect(mounts(KernelVersion(5, 1, 21), unicode: nil) == .no)
    #expect(mounts(KernelVersion(5, 2), unicode: nil) == .readWrite)
    #expect(mounts(KernelVersion(6, 0), unicode: false) == .no)
    #expect(mounts(KernelVersion(6, 0), unicode: true) == .readWrite)
  }

  @Test func anImageCutShortIsRefused() throws {
    let facts = try Self.facts()
    let mounts = Kernel.kinds.map { $0.verdict(on: facts, imageByteCount: facts.byteCount - 1).mount }
    #expect(mounts == [.no, .no, .no, .no, .no])
  }

  @Test(arguments: [
    ("6.18.44-fc-v782", KernelVersion(6, 18, 44)), ("6.19", KernelVersion(6, 19)),
    ("2.6.32-754.el6", KernelVersion(2, 6, 32)),
    ("6.19.0-rc1+", KernelVersion(6, 19)), ("7.0-rc3", KernelVersion(7, 0)),
  ])
  func versions(release: String, version: KernelVersion) {
    #expect(KernelVersion(release: release) == version)
  }

  @Test(arguments: ["", "x", "6", "six.one"]) func noVersions(release: String) {
    #expect(KernelVersion(release: release) == nil)
  }

  // MARK: This machine

  private func machine(_ files: [String: String], release: String, pageSize: Int = 4096) throws
    -> RunningKernel
  {
    let scratch = try ScratchDirectory()
    for (path, text) in files {
      let full = scratch.path.string + "/" + path
      try FileManager.default.createDirectory(
        atPath: FilePath(full).removingLastComponent().string, withIntermediateDirectories: true)
      try writeFile(FilePath(full), Array(text.utf8))
    }
    return RunningKernel(root: scratch.path, release: release, pageSize: pageSize)
  }

  private let filesystems = "nodev\tproc\n\text3\n\text2\n\text4\n\txfs\n"

  @Test func aKernelWithLargeBlocks() throws {
    let kernel = try machine(
      [
        "proc/filesystems": filesystems, "sys/fs/ext4/features/blocksize_gt_pagesize": "supported\n",
        "sys/fs/ext4/features/casefold": "supported\n",
      ], release: "6.19.3"
    ).kernel
    #expect(kernel.takesLargeBlocks)
    #expect(kernel.driver == .ext4)
    #expect(kernel.hasUnicode == true)
    let facts = try Self.facts(blockSize: 65536)
    #expect(kernel.verdict(on: facts, imageByteCount: facts.byteCount).mount == .readWrite)
  }

  @Test func aNewKernelWithoutHugePages() throws {
    let kernel = try machine(
      ["proc/filesystems": filesystems, "sys/fs/ext4/features/verity": "supported\n"], release: "6.19.3"
    ).kernel
    #expect(!kernel.takesLargeBlocks)
    #expect(kernel.hasUnicode == false)
  }

  @Test func aDriverThatIsNotLoadedYet() throws {
    let without = try machine(["proc/filesystems": "nodev\tproc\n"], release: "6.19.3")
    #expect(without.loaded.isEmpty)
    #expect(!without.kernel.takesLargeBlocks)
    let with = try machine(
      ["proc/filesystems": "nodev\tproc\n", "sys/kernel/mm/transparent_hugepage/enabled": "always"],
      release: "6.19.3")
    #expect(with.kernel.takesLargeBlocks)
    #expect(with.kernel.hasUnicode == nil)
  }

  @Test func onlyTheExt2Driver() throws {
    let kernel = try machine(["proc/filesystems": "\text2\n"], release: "6.1.0").kernel
    #expect(kernel.driver == .ext2)
  }
}
