import SystemPackage
import Testing

@testable import TestSupport

/// What `info` finds in what a superblock leads to, and which kernels refuse it. `MountTests` compares with mounts, where
/// this machine lets us.
@Suite struct MountCheckTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    /// What is given to mke2fs.
    var options = Damage.ext4
    /// As debugfs takes it.
    let change: String
    let words: String
    /// Whether each of the kinds of kernels mounts it, `y`, `n` or `r`.
    var mounts = "nnnnn"
    var testDescription: String { (options + [change]).joined(separator: " ") }

    static let ext4 = [
      "-O",
      "has_journal,extent,flex_bg,64bit,metadata_csum,dir_index,filetype,orphan_file,mmp,sparse_super",
    ]
    static let ext2 = ["-O", "none"]
    static let quota = ["-O", "quota,project,extent,has_journal"]
    static let casefold = ["-O", "casefold,extent"]
    static let ext3 = ["-O", "has_journal,filetype"]
    static let inline = ["-O", "inline_data,extent,extra_isize"]
  }

  static let damages = [
    Damage(change: "set_bg 0 inode_table 999999", words: "the bitmaps or inodes of group 0 can't be where"),
    Damage(change: "set_bg 1 block_bitmap 2", words: "the bitmaps or inodes of group 1 would lie over other"),
    Damage(options: Damage.ext2, change: "clri <2>", words: "inode 2, the root, is no directory"),
    Damage(
      options: Damage.ext2, change: "sif <2> size 0", words: "inode 2, the root, has no contents"),
    Damage(
      options: Damage.ext2, change: "sif <2> links_count 0", words: "inode 2, the root, has no links",
      mounts: "ynnyn"),
    Damage(
      options: Damage.ext2, change: "sif <2> block[2] 0xffffffff",
      words: "inode 2, the root, can't have contents in block 4294967295", mounts: "ynnyn"),
    Damage(
      options: Damage.ext2, change: "sif <2> block[0] 3",
      words: "inode 2, the root, can't have block 3, which is the file system's own", mounts: "yyyyy"),
    Damage(
      options: Damage.ext2, change: "sif <2> file_acl 20000",
      words: "inode 2, the root, can't have extended attributes in block 20000"),
    Damage(
      options: Damage.ext2, change: "set_bg 0 block_bitmap 8",
      words: "the bitmaps or inodes of group 0 would lie over other", mounts: "yyyyy"),
    Damage(
      options: ["-O", "dir_index"], change: "zap_block -o 252 -l 1 -p 7 1",
      words: "directories can't be hashed by version 7", mounts: "ynnyn"),
    Damage(
      options: Damage.ext2, change: "sif <2> flags 0x80000",
      words: "inode 2, the root, has no extents where they should be", mounts: "ynnyn"),
    Damage(
      options: Damage.ext2, change: "sif <2> flags 0x40000000",
      words: "inode 2, the root, can't be casefolded", mounts: "ynnyn"),
    Damage(
      options: Damage.inline, change: "sif <2> extra_isize 3",
      words: "inode 2, the root, can't take 3 bytes more than 128 of 256"),
    Damage(
      options: Damage.inline, change: "sif <2> flags 0x10080000",
      words: "inode 2, the root, can't have its contents both in itself and in extents"),
    Damage(change: "sif <2> checksum 0", words: "inode 2, the root, has a wrong checksum"),
    Damage(change: "sif <2> block[0] 0", words: "inode 2, the root, has no extents where they should be"),
    Damage(change: "sif <2> block[4] 0", words: "inode 2, the root, has no extents where they should be"),
    Damage(change: "sif <2> flags 0", words: "inode 2, the root, can't have contents in block"),
    Damage(change: "sif <2> flags 0x280000", words: "inode 2, the root, can't hold an extended attribute"),
    Damage(
      options: Damage.ext3, change: "sif <8> mode 0120777", words: "inode 8, the journal's, is no file",
      mounts: "yrryr"),
    Damage(
      options: Damage.ext3, change: "sif <8> block[3] 5",
      words: "inode 8, the journal's, has blocks that are the file system's own", mounts: "ynnyn"),
    Damage(
      options: Damage.ext3, change: "sif <8> block[IND] 0xffffffff",
      words: "inode 8, the journal's, can't be read", mounts: "ynnyn"),
    Damage(
      options: Damage.ext3, change: "sif <8> block[2] 116",
      words: "inode 8, the journal's, has block 116 twice",
      mounts: "yyyyy"),
    Damage(
      options: Damage.ext3, change: "sif <8> block[2] 108",
      words: "inode 8, the journal's, has block 108 twice",
      mounts: "ynnyn"),
    Damage(change: "sif <8> checksum 0", words: "inode 8, the journal's, has a wrong checksum"),
    Damage(change: "sif <8> size 0x7fffffffffff", words: "inode 8, the journal's, can't be 140737488355327"),
    Damage(
      change: "sif <8> size 100", words: "inode 8, the journal's, is shorter than its journal",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -l 4 -p 0 0", words: "inode 8, the journal's, holds no journal",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 14 -l 1 -p 0xff 0",
      words: "inode 8, the journal's, says that it has blocks of 65280 bytes",
      mounts: "nrrnr"),
    Damage(
      options: Damage.ext3, change: "zap_block -f <8> -o 16 -l 4 -p 0xff 0",
      words: "inode 8, the journal's, is shorter than its journal", mounts: "yrryr"),
    Damage(
      change: "zap_block -f <8> -o 20 -l 4 -p 0 0",
      words: "inode 8, the journal's, can't begin with block 0 of 1024",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 23 -l 1 -p 0xff 0",
      words: "inode 8, the journal's, is too short a journal: 1024 blocks from 255 on",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 7 -l 1 -p 3 0",
      words: "inode 8, the journal's, is of the older kind, which goes neither with 64bit",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 43 -l 1 -p 0x18 0",
      words: "inode 8, the journal's, can't have two kinds of checksums",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 43 -l 1 -p 0x11 0",
      words: "inode 8, the journal's, has a journal whose checksum is wrong",
      mounts: "nrrnr"),
    Damage(
      options: Damage.ext3, change: "zap_block -f <8> -o 28 -l 4 -p 0x7f 0",
      words: "inode 8, the journal's, says that what waits in it begins at block 2139062143 of 1024",
      mounts: "yrryr"),
    Damage(
      change: "feature fast_commit",
      words: "inode 8, the journal's, is too short a journal: 1024 blocks, and fast commits take 1280",
      mounts: "nrrnr"),
    Damage(
      change: "zap_block -f <8> -o 40 -l 4 -p 0xff 0",
      words: "inode 8, the journal's, has features that no kernel knows",
      mounts: "nrrnr"),
    Damage(change: "sif <12> mode 0", words: "inode 12, the file of orphans, is no file"),
    Damage(
      change: "sif <12> block[5] 3",
      words: "inode 12, the file of orphans, can't have block 3, which is the file system's own"),
    Damage(
      change: "zap_block -f <12> -o 1016 -l 4 -p 0 3",
      words: "inode 12, the file of orphans, holds something else"),
    Damage(change: "ssv orphan_file_inum 0", words: "the file of orphans can't be inode 0"),
    Damage(
      change: "ssv mmp_block 99999", words: "block 99999 can't be that of multi-mount protection",
      mounts: "nrrnr"),
    Damage(
      change: "ssv mmp_block 3", words: "block 3, of multi-mount protection, says nothing", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "clri <3>", words: "inode 3, the quota of users, is no file in use",
      mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "sif <4> mode 040755",
      words: "inode 4, the quota of groups, is no file in use", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "ssv usr_quota_inum 11",
      words: "the quota of users is in inode 11, and its inode is 3", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "ssv prj_quota_inum 3",
      words: "the quota of projects is in inode 3, which is reserved", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "ssv prj_quota_inum 99",
      words: "inode 99, the quota of projects, is no file in use", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "zap_block -f <3> -l 1 -p 7 0",
      words: "inode 3, the quota of users, holds no quota", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "zap_block -f <3> -o 4 -l 1 -p 0 0",
      words: "inode 3, the quota of users, is of version 0, and 1 is the one", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "zap_block -f <4> -o 21 -l 1 -p 9 0",
      words: "inode 4, the quota of groups, says that it has", mounts: "nrrnr"),
    Damage(
      options: Damage.quota, change: "zap_block -f <4> -o 24 -l 1 -p 1 0",
      words: "inode 4, the quota of groups, can't go on in its block 1 of", mounts: "nrrnr"),
    Damage(
      options: Damage.casefold, change: "ssv encoding 99",
      words: "encoding 99 of names is unknown: kernels know 1"),
    Damage(
      options: Damage.casefold, change: "ssv encoding 0",
      words: "encoding 0 of names is unknown: kernels know 1"),
    Damage(change: "ssv creator_os 1", words: "a file system of the Hurd can't have 64bit"),
  ]

  @Test(arguments: damages) func whatKeepsKernelsFromMounting(_ damage: Damage) async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: damage.options, blocks: 20000)
    let whole = try await ImageFacts.of(image.path.string)
    try #require(whole.1.status == 0 && whole.0.problems.isEmpty, "\(whole.1.messages)")
    try await image.debugfs(damage.change)
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && finished.messages.contains(damage.words), "\(finished.messages)")
    let kinds = (facts.kernels ?? []).dropLast()
    let mounts = kinds.map { $0.mounts == "readWrite" ? "y" : $0.mounts == "readOnly" ? "r" : "n" }
    #expect(mounts.joined() == damage.mounts, "\(kinds.map(\.reasons))")
    // And that is why, of the ext4 driver at least.
    let reasons = facts.kernels?.last { $0.mounts != "readWrite" }?.reasons ?? []
    #expect(damage.mounts == "yyyyy" || reasons.contains { $0.contains(damage.words) }, "\(reasons)")
  }

  /// Mount options that the superblock asks for keep ext4 from mounting. Nothing is damaged.
  @Test(arguments: [
    (Damage.ext4, "commit=30,noload", "commit=30, which does not go with noload", "nnnnn"),
    (Damage.ext2, "commit=30", "commit=30, which does not go with no journal", "ynnyn"),
    (Damage.ext2, "journal_checksum", "journal_checksum, which does not go with no journal", "ynnyn"),
    (Damage.ext3, "journal_dev=0x701", "journal_dev=0x701, and the journal is in an inode", "yrryr"),
    (
      Damage.ext3, "journal_async_commit", "journal_async_commit, which does not go with data=ordered",
      "ynnyn"
    ),
    (Damage.ext3, "delalloc,data=journal", "delalloc, which does not go with data=journal", "ynnyn"),
    (Damage.inline, "dax", "dax, which does not go with inline_data", "nnnnn"),
    (Damage.ext3, "dax", "dax, which takes a device in persistent memory", "ynnyn"),
    (Damage.ext3, "nonsense,dax", "", "yyyyy"), (Damage.ext2, "commit=30,nonsense", "", "yyyyy"),
  ]) func mountOptions(_ options: [String], _ asked: String, _ words: String, _ mounts: String) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], options: options, blocks: 20000)
    try await image.debugfs("ssv mount_opts \(asked)")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 0 && facts.problems.isEmpty, "\(finished.messages)")
    let kinds = (facts.kernels ?? []).dropLast()
    let letters = kinds.map { $0.mounts == "readWrite" ? "y" : $0.mounts == "readOnly" ? "r" : "n" }
    #expect(letters.joined() == mounts, "\(kinds.map(\.reasons))")
    #expect(words.isEmpty || kinds.contains { $0.reasons.contains { $0.hasSuffix(words) } })
    let verified = try await Command.ext2walk(["verify", image.path.string])
    #expect(verified.status == 0, "\(verified.text)")
  }

  /// A journal in which blocks were revoked, as in most that were ever used.
  @Test(arguments: ["-v 3", "-v 2", ""]) func aJournalThatWasUsed(_ checksums: String) async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: ["-O", "has_journal,64bit,metadata_csum,extent"],
      blocks: 20000)
    let used = try await Command.script(
      #"printf 'jo %s\njw -r 333\njc\n' "$3" > "$2.requests" && debugfs -w -f "$2.requests" "$2""#,
      [image.path.string, checksums.isEmpty ? "" : "-c \(checksums)"])
    let dumped = try await Command.run("dumpe2fs", ["-h", image.path.string])
    try #require(dumped.text.contains("journal_incompat_revoke"), "\(used.messages)\(dumped.text)")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(
      finished.status == 0 && facts.problems.isEmpty && facts.needsRecovery == true, "\(facts.problems)")
    let theirs = try await Command.run("e2fsck", ["-fy", image.path.string])
    #expect(theirs.status == 0 || theirs.status == 1, "\(theirs.text)")
  }

  /// Inodes have checksums where Linux made the file system, and not elsewhere.
  @Test func inodesOfTheHurd() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: ["-O", "metadata_csum,extent,^64bit"])
    try await image.debugfs("ssv creator_os 1")
    try await image.debugfs("sif <2> checksum 0")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 0 && facts.problems.isEmpty, "\(facts.problems)")
    let verified = try await Command.ext2walk(["verify", image.path.string])
    #expect(verified.status == 0, "\(verified.text)")
  }

  /// The block of multi-mount protection has a checksum of its own.
  @Test func multiMountProtection() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: ["-O", "mmp,metadata_csum,extent"])
    let dumped = try await Command.run("dumpe2fs", ["-h", image.path.string])
    let block = try #require(dumped.text.firstMatch(of: /MMP block number: +(\d+)/)?.1, "\(dumped.text)")
    try await image.debugfs("zap_block -o 100 -l 1 -p 7 \(block)")
    let (facts, _) = try await ImageFacts.of(image.path.string)
    #expect(facts.problems == ["block \(block), of multi-mount protection, has a wrong checksum"])
  }

  /// Block numbers of 32 bits have no high half, whatever stands there.
  @Test func whatIsNoNumber() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"])
    try await image.debugfs("sif <2> file_acl 0x100000000")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 0 && facts.problems.isEmpty, "\(facts.problems)")
  }

  /// A file system of one inode, which has neither a root nor a file of orphans.
  @Test func oneInode() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, options: ["-O", "has_journal,orphan_file"], blocks: 4000)
    try image.patch(at: 1024, UInt32(1))
    try image.patch(at: 1024 + 40, UInt32(1))
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && facts.problems.contains { $0.contains("can't be inode 12") })
    #expect(facts.problems.contains { $0.contains("the root, can't be read") }, "\(facts.problems)")
  }
}
