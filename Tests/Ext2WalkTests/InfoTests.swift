import Foundation
import SystemPackage
import Testing

@testable import Ext2Walk
@testable import ExtMount
@testable import ExtVolume
@testable import TestSupport

/// `info`: what a superblock says, against what dumpe2fs and blkid say of it.
@Suite struct InfoTests {
  /// What `dumpe2fs -h` says, by its headings.
  private func dumpe2fs(_ image: String, _ options: [String] = []) async throws -> [String: String] {
    let text = try await Command.run("dumpe2fs", options + ["-h", image]).text
    var facts: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { facts[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return facts
  }

  private func seconds(_ text: String?) -> Int? {
    let reader = DateFormatter()
    reader.locale = Locale(identifier: "en_US_POSIX")
    reader.timeZone = TimeZone(identifier: "UTC")
    reader.dateFormat = "EEE MMM d HH:mm:ss yyyy"
    return text.flatMap { reader.date(from: $0.replacing("  ", with: " ")) }
      .map { Int($0.timeIntervalSince1970) }
  }

  private func expectAgreement(_ image: String) async throws {
    let theirs = try await dumpe2fs(image)
    let (ours, finished) = try await ImageFacts.of(image)
    try #require(theirs["Block count"] != nil)
    #expect(finished.status == 0, "\(finished.messages)")
    #expect(
      (ours.label ?? "")
        == (theirs["Filesystem volume name"] == "<none>" ? "" : theirs["Filesystem volume name"]))
    #expect(ours.uuid == theirs["Filesystem UUID"])
    let features = ours.features.isEmpty ? "(none)" : ours.features.joined(separator: " ")
    #expect(features == theirs["Filesystem features"])
    #expect(ours.revision.map { theirs["Filesystem revision #"]?.hasPrefix("\($0) ") } == true)
    #expect(ours.blockSize.map(String.init) == theirs["Block size"])
    #expect(ours.blocks.map(String.init) == theirs["Block count"])
    #expect(ours.freeBlocks.map(String.init) == theirs["Free blocks"])
    #expect(ours.reservedBlocks.map(String.init) == theirs["Reserved block count"])
    #expect(ours.inodes.map(String.init) == theirs["Inode count"])
    #expect(ours.freeInodes.map(String.init) == theirs["Free inodes"])
    #expect(ours.inodeSize.map(String.init) == (ours.revision == 0 ? "128" : theirs["Inode size"]))
    #expect(ours.mountCount.map(String.init) == theirs["Mount count"])
    #expect(ours.journalInode.map(String.init) == theirs["Journal inode"])
    #expect((ours.journal == "none") == !ours.features.contains("has_journal"))
    #expect(ours.clean == theirs["Filesystem state"]?.hasPrefix("clean"))
    #expect(ours.hasErrors == theirs["Filesystem state"]?.hasSuffix("with errors"))
    #expect(ours.checksum == (theirs["Checksum type"] ?? "none"))
    #expect(
      ours.lastMountedOn == (theirs["Last mounted on"] == "<not available>" ? "" : theirs["Last mounted on"]))
    #expect(ours.created == seconds(theirs["Filesystem created"]))
    #expect(
      ours.lastMounted == (theirs["Last mount time"] == "n/a" ? nil : seconds(theirs["Last mount time"])))
    #expect(ours.lastWritten == seconds(theirs["Last write time"]))
    #expect(ours.lastChecked == seconds(theirs["Last checked"]))
    let type = try await Command.run("blkid", ["-p", "-s", "TYPE", "-o", "value", image]).text
    #expect((ours.type ?? "") + "\n" == type)
  }

  @Test(arguments: Fixture.all) func fixtures(fixture: Fixture) async throws {
    try await expectAgreement(fixture.image)
  }

  @Test(arguments: [
    ["-t", "ext2"], ["-t", "ext3"], ["-t", "ext4", "-L", "a label"], ["-t", "ext4", "-O", "bigalloc"],
    ["-t", "ext4", "-b", "65536", "-F"], ["-t", "ext2", "-r", "0"],
    ["-t", "ext4", "-O", "^64bit,inline_data"],
    ["-t", "ext4", "-O", "encrypt,casefold,verity,ea_inode,mmp,project,quota"],
  ])
  func made(options: [String]) async throws {
    let scratch = try ScratchDirectory()
    let image = scratch.path.appending("made.img").string
    let made = try await Command.mke2fs(options, image, "64M")
    try #require(made.status == 0, "\(made.messages)")
    try await expectAgreement(image)
    for state in ["not_clean", "errors"] {
      let value = state == "errors" ? 3 : 0
      _ = try await Command.run("debugfs", ["-w", "-R", "ssv state \(value)", image])
      try await expectAgreement(image)
    }
  }

  /// Each bit of each set has the name that dumpe2fs has for it.
  @Test func everyFeatureHasItsName() async throws {
    let image = try await ScratchImage(blockSize: 4096)
    // Checksums would be wrong: theirs is the one bit that is tried elsewhere.
    for (index, bits) in [UInt32.max, .max, .max & ~0x400].enumerated() {
      try image.patch(at: 1024 + 0x5C + 4 * index, bits)
    }
    // dumpe2fs takes no other size of descriptors with 64bit.
    try image.patch(at: 1024 + 0xFE, UInt16(64))
    let theirs = try await dumpe2fs(image.path.string, ["-f"])["Filesystem features"] ?? ""
    let (ours, finished) = try await ImageFacts.of(image.path.string)
    #expect(ours.features.joined(separator: " ") == theirs.replacing("FEATURE_R2 ", with: "btree_dir "))
    #expect(ours.features.count == 95)
    // It is told, though libext2fs refuses it; all bits make it a journal, which it doesn't hold.
    #expect(finished.status == 1 && finished.messages.contains("holds none"), "\(finished.messages)")
    #expect(ours.refusal?.contains("journal of another file system") == true)
  }

  @Test func aWrongChecksumIsSaid() async throws {
    let image = try await ScratchImage(blockSize: 4096, options: ["-O", "metadata_csum"])
    #expect(try await ImageFacts.of(image.path.string).0.checksumIsRight == true)
    try image.patch(at: 1024 + 0x78, Array("changed".utf8))
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(facts.checksumIsRight == false)
    #expect(finished.status == 1)
    #expect(facts.problems == ["the superblock's checksum is wrong"])
    #expect(finished.messages.contains("the superblock's checksum is wrong"), "\(finished.messages)")
    #expect(facts.kernels?.allSatisfy { $0.mounts == ($0.driver == "ext4" ? "no" : "readOnly") } == true)
  }

  @Test func anImageCutShortIsSaid() async throws {
    let image = try await ScratchImage(blockSize: 1024)
    _ = try await Command.run("truncate", ["-s", "200K", image.path.string])
    let finished = try await Command.ext2walk(["info", image.path.string])
    #expect(finished.status == 1)
    #expect(finished.text.contains("cut short: 204800 of 262144 bytes"), "\(finished.text)")
    #expect(finished.messages.contains("it is cut short"), "\(finished.messages)")
  }

  /// The backups are those that dumpe2fs knows, and the command that is given works.
  @Test(arguments: [
    (1024, ["-O", "metadata_csum,64bit,extent,flex_bg"]), (4096, ["-O", "^dir_index"]),
    (1024, ["-O", "extent,bigalloc"]),
  ])
  func backups(blockSize: Int, options: [String]) async throws {
    let image = try await ScratchImage(
      blockSize: blockSize, tree: ["found"], options: options + ["-E", "lazy_itable_init=1"],
      blocks: blockSize == 1024 ? 300_000 : 140_000)
    let layout = try await Command.run("dumpe2fs", [image.path.string]).text
    let theirs = layout.matches(of: /Backup superblock at (\d+)/).compactMap { Int($0.1) }
    try #require(!theirs.isEmpty)
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1)
    #expect(facts.backups.map(\.superblock) == theirs)
    #expect(facts.backups.allSatisfy { $0.blockSize == blockSize })
    let first = try #require(facts.backups.first)
    #expect(first.command == "ext2walk ls --superblock \(theirs[0]) --block-size \(blockSize) \(image.path)")
    let listed = try await Command.ext2walk(first.command.split(separator: " ").dropFirst().map(String.init))
    #expect(listed.lines.contains("found"), "\(listed.messages)")
    let (byBackup, _) = try await ImageFacts.of(image.path.string, ["--superblock", "\(theirs[0])"])
    #expect(byBackup.blockSize == blockSize)
  }

  /// A superblock that says what can't be.
  struct Fault: Sendable, CustomTestStringConvertible {
    /// What is given to mke2fs.
    var options = ["-O", "has_journal,extent,flex_bg"]
    /// What is changed, as debugfs' `ssv` takes it.
    let change: String
    let words: String
    /// Whether each of the kinds of kernels mounts it, `y`, `n` or `r`.
    var mounts = "nnnnn"
    /// Whether libext2fs opens it.
    var isReadable = false
    /// Whether e2fsck complains of it; some it clears in a copy without a word.
    var e2fsckComplains = true
    var testDescription: String { (options + [change]).joined(separator: " ") }
  }

  private static let plain = ["-O", "none"]
  private static let clusters = ["-O", "extent,bigalloc", "-C", "16384"]

  static let faults = [
    Fault(change: "inodes_count 4294967295", words: "there can't be 4294967295 inodes in 3 groups of 2512"),
    Fault(change: "inodes_count 17", words: "there can't be 17 inodes in 3 groups of 2512"),
    Fault(
      change: "reserved_gdt_blocks 65535", words: "there can't be 65535 blocks for more group descriptors",
      isReadable: true),
    Fault(
      change: "journal_inum 4294967295", words: "the journal can't be in inode 4294967295: there are 7536",
      isReadable: true),
    Fault(change: "blocks_per_group 0", words: "a group can't have 0 blocks"),
    Fault(change: "inodes_per_group 0", words: "a group can't have 0 inodes"),
    Fault(change: "inodes_per_group 2", words: "a group can't have 2 inodes"),
    Fault(
      change: "first_data_block 4294967", words: "there can't be 20000 blocks, of which the first is 4294967"),
    Fault(change: "log_block_size 7", words: "impossible block size: s_log_block_size is 7, and 6"),
    Fault(
      change: "log_block_size 4000000000", words: "impossible block size: s_log_block_size is 4000000000"),
    Fault(change: "log_cluster_size 3", words: "a cluster, without bigalloc, can't take 8192 bytes"),
    Fault(change: "inode_size 100", words: "an inode can't take 100 bytes"),
    Fault(
      change: "first_data_block 0", words: "the first of blocks of 1024 bytes can't be block 0",
      isReadable: true),
    Fault(change: "first_ino 0", words: "the first inode for files can't be 0", isReadable: true),
    Fault(
      change: "first_ino 4000000000", words: "the first inode for files can't be 4000000000", isReadable: true
    ),
    Fault(
      change: "first_ino 7537", words: "the first inode for files can't be 7537 of 7536", mounts: "nyyny",
      isReadable: true),
    Fault(
      change: "journal_dev 5", words: "the journal can't be both in inode 8 and on a device", mounts: "nrrnr",
      isReadable: true,
      e2fsckComplains: false),
    Fault(
      change: "journal_inum 0", words: "the journal is neither in an inode nor on a device that is named",
      mounts: "nrrnr", isReadable: true),
    Fault(
      options: ["-O", "extent,extra_isize"], change: "min_extra_isize 60000",
      words: "inodes of 256 bytes have no room for 60000 more than 128", isReadable: true,
      e2fsckComplains: false),
    Fault(change: "log_groups_per_flex 32", words: "2^32 groups can't be flexible together"),
    Fault(change: "clusters_per_group 5", words: "a group of 8192 blocks can't have 5 clusters"),
    Fault(
      options: ["-O", "extent,64bit"], change: "desc_size 65", words: "a group descriptor can't take 65 bytes"
    ),
    Fault(
      options: ["-O", "extent,meta_bg,^resize_inode"], change: "first_meta_bg 2",
      words: "the first meta group can't be 2 of 1"
    ),
    Fault(options: plain, change: "inodes_count 17", words: "there can't be 17 inodes in 3 groups of 2512"),
    Fault(
      options: plain, change: "first_data_block 0",
      words: "the first of blocks of 1024 bytes can't be block 0", mounts: "ynnyn", isReadable: true),
    Fault(
      options: plain, change: "first_ino 3", words: "the first inode for files can't be 3", mounts: "ynnyn",
      isReadable: true),
    Fault(options: plain, change: "inode_size 8192", words: "an inode can't take 8192 bytes"),
    Fault(
      options: clusters, change: "blocks_per_group 8192",
      words: "a group of 8192 blocks can't have 8192 clusters"),
    Fault(
      options: clusters, change: "log_cluster_size 32", words: "a cluster can't take 4398046511104 bytes"),
  ]

  /// What can't be is said, by whom it is not mounted too; `verify` says so, and so does e2fsck.
  @Test(arguments: faults) func aSuperblockThatCannotBe(_ fault: Fault) async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: fault.options + ["-N", "7536"], blocks: 20000)
    let whole = try await ImageFacts.of(image.path.string)
    try #require(whole.1.status == 0 && whole.0.problems.isEmpty, "\(whole.1.messages)")
    try await image.debugfs("ssv \(fault.change)")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && finished.messages.contains(fault.words), "\(finished.messages)")
    let mounts = (facts.kernels ?? []).dropLast().map { $0.mounts == "readWrite" ? "y" : $0.mounts.prefix(1) }
    #expect(mounts.joined() == fault.mounts, "\(facts.kernels?.map(\.reasons) ?? [])")
    if fault.mounts == "nnnnn" {
      #expect(facts.kernels?.contains { $0.reasons.contains { $0.hasPrefix(fault.words) } } == true)
      #expect(facts.advice?.contains("mounts it") == false, "\(facts.advice ?? "")")
    }
    #expect((facts.refusal == nil) == fault.isReadable, "\(facts.refusal ?? "")")
    // With what to do about it, as on stderr.
    if let refusal = facts.refusal {
      #expect(refusal.contains("; ") && finished.messages.contains("can't open it: \(refusal)\n"))
    }
    let verified = try await Command.ext2walk(["verify", image.path.string])
    #expect(verified.status == (fault.isReadable ? 1 : 2))
    if fault.isReadable { #expect(verified.text.contains("superblock-implausible"), "\(verified.text)") }
    let theirs = try await Command.run("e2fsck", ["-fn", image.path.string])
    let complaints =
      /Superblock invalid|Corruption found in superblock|trying backup|invalid journal|should have been/
    let complains = (theirs.text + theirs.messages).contains(complaints)
    #expect(complains == fault.e2fsckComplains, "\(theirs.text)")
    // What is said to be typed works: by a backup, where the first superblock can't be used.
    let text = try await Command.ext2walk(["info", image.path.string]).text
    if let typed = text.firstMatch(of: /ext2walk (ls [^)\n]*)/)?.1 {
      #expect(facts.advice?.contains(typed) == true, "\(facts.advice ?? "")")
      let listed = try await Command.script("\"$1\" \(typed)", [])
      #expect(listed.text.contains("found\n"), "\(typed): \(listed.messages)")
    } else {
      #expect(facts.backups.isEmpty && facts.advice?.contains(/sudo mount|e2fsck/) == true, "\(text)")
    }
  }

  /// Counts that no kernel minds are said, and it is still mounted.
  @Test(arguments: ["free_blocks_count", "r_blocks_count", "free_inodes_count"])
  func countsThatCannotBe(_ field: String) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"])
    try await image.debugfs("ssv \(field) 4000000000")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && finished.messages.contains("there can't be 4000000000"))
    #expect(facts.problems.count == 1 && facts.kernels?.contains { $0.mounts == "readWrite" } == true)
  }

  /// Group descriptors that lead nowhere, after a superblock that is whole: a backup has others.
  @Test func descriptorsThatAreGone() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], blocks: 20000)
    try image.patch(at: 2048, [UInt8](repeating: 0xEE, count: 1024))
    let listed = try await Command.ext2walk(["ls", image.path.string])
    #expect(listed.status == 2 && listed.messages.contains("ext2walk info looks"), "\(listed.messages)")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1)
    let text = try await Command.ext2walk(["info", image.path.string]).text
    #expect(text.contains("by the first superblock there is no root, but by"), "\(text)")
    let command = try #require(facts.advice?.firstMatch(of: /^ext2walk (ls .*)/)?.1, "\(text)")
    #expect(try await Command.script("\"$1\" \(command)", []).text.contains("found\n"), "\(command)")
  }

  /// Groups that aren't of the usual size.
  @Test(arguments: [
    (1024, ["-g", "2048", "-O", "^resize_inode"]), (1024, ["-O", "extent,bigalloc", "-C", "4096"]),
    (1024, ["-O", "extent,bigalloc", "-g", "256"]), (1024, ["-O", "extent,bigalloc", "-g", "512"]),
    (4096, ["-g", "1024"]), (4096, ["-g", "4096"]),
    // No power of two.
    (1024, ["-g", "4104", "-O", "^resize_inode"]), (4096, ["-g", "8200"]),
  ]) func backupsOfUnusualGroups(_ blockSize: Int, _ options: [String]) async throws {
    let image = try await ScratchImage(
      blockSize: blockSize, tree: ["found"], options: options, blocks: 60000)
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let (facts, _) = try await ImageFacts.of(image.path.string)
    let command = try #require(facts.advice?.firstMatch(of: /^ext2walk (ls .*)/)?.1)
    #expect(try await Command.script("\"$1\" \(command)", []).text.contains("found\n"), "\(command)")
  }

  /// The advice where the running kernel is `here`, whatever this machine's is.
  private func advice(_ image: String, here: Verdict) throws -> String {
    let location = try #require(ImageLocation(argument: Array(image.utf8), offset: nil))
    let facts = try #require(Superblock(Array(try readFile(FilePath(image))[1024..<2048])))
    let others = Kernel.kinds.map { ($0, $0.verdict(on: facts, imageByteCount: facts.byteCount)) }
    return MountAdvice(
      here: here, others: others, facts: facts, location: location, backup: nil, refusal: nil, lostTrees: nil
    ).sentence
  }

  /// Kernels that the advice names are those of the table: ext2 may not mount it where ext4 does.
  @Test(arguments: [
    (["-t", "ext2"], "Linux 6.19 or later and any kernel with 64 KiB pages mount it; or read it"),
    (
      ["-t", "ext4", "-O", "metadata_csum_seed,^orphan_file"],
      "Linux 6.19 or later and the ext4 driver of a kernel with 64 KiB pages from Linux 4.4 on mount it; or read"
    ),
    (
      ["-t", "ext4", "-O", "encrypt,^metadata_csum_seed,^orphan_file"],
      "the ext4 driver of a kernel with 64 KiB pages from Linux 4.1 on mounts it"
    ),
  ]) func kernelsOfTheTable(_ options: [String], _ words: String) async throws {
    let scratch = try ScratchDirectory()
    let image = scratch.path.appending("image").string
    let made = try await Command.run("mke2fs", ["-q", "-F", "-b", "65536"] + options + [image, "1024"])
    try #require(made.status == 0, "\(made.messages)")
    let found = try advice(image, here: Verdict(mount: .no, reasons: []))
    #expect(found.hasPrefix(words), "\(found)")
    let mounted = try advice(image, here: Verdict(mount: .readWrite, reasons: []))
    #expect(mounted == "this machine mounts it: sudo mount -o ro,loop \(image) DIRECTORY")
  }

  /// What waits in a journal: noload leaves it out, and of fast commits kernels differ.
  @Test(arguments: [false, true]) func whatWaits(hasFastCommits: Bool) async throws {
    let fast = hasFastCommits ? ",fast_commit" : ""
    let image = try await ScratchImage(
      blockSize: 1024, options: ["-O", "has_journal,extent\(fast)", "-J", "size=4"], blocks: 20000)
    try await image.debugfs("feature needs_recovery")
    let advice = try advice(image.path.string, here: Verdict(mount: .readWrite, reasons: []))
    #expect(advice.contains("ro,noload,loop \(image.path) DIRECTORY (noload leaves out the last changes"))
    #expect(advice.contains("fails on Linux 7.2 and works on 7.3") == hasFastCommits, "\(advice)")
  }

  /// A journal on another device is left alone where it isn't at hand.
  @Test func aJournalElsewhere() async throws {
    let image = try await ScratchImage(blockSize: 1024, options: ["-O", "has_journal"], blocks: 8000)
    try await image.debugfs("ssv journal_inum 0")
    try await image.debugfs("ssv journal_uuid random")
    let facts = try #require(Superblock(Array(try readFile(image.path)[1024..<2048])))
    let kernel = try #require(Kernel.kinds.first { $0.takesLargeBlocks })
    let verdict = kernel.verdict(on: facts, imageByteCount: facts.byteCount)
    #expect(verdict.mount == .readOnly && verdict.takesNoload)
    let found = try advice(image.path.string, here: verdict)
    #expect(found.contains("mount -o ro,noload,loop "), "\(found)")
  }

  /// A file system whose superblock says that it is a journal: it holds none, and backups know better.
  @Test func whatIsNoJournal() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], blocks: 20000)
    try await image.debugfs("ssv feature_incompat 0xff")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && finished.messages.contains("that it is a journal, and holds none"))
    #expect(facts.advice == "ext2walk ls --superblock 8193 --block-size 1024 \(image.path)")
  }

  /// Where the root went with the first superblock a backup serves to find what is left.
  @Test func aRootThatIsGone() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["kept/in/here"], blocks: 20000)
    try await image.debugfs("clri <2>")
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let (facts, _) = try await ImageFacts.of(image.path.string)
    #expect(facts.backups.allSatisfy { !$0.hasRoot } && !facts.backups.isEmpty, "\(facts.backups)")
    let text = try await Command.ext2walk(["info", image.path.string]).text
    #expect(text.contains("; the root is gone\n"), "\(text)")
    let command = try #require(facts.advice?.firstMatch(of: /ext2walk (verify .*) says which/)?.1, "\(text)")
    let verified = try await Command.script("\"$1\" \(command)", [])
    let number = try #require(verified.text.firstMatch(of: /\d+ to (\d+)\)/)?.1, "\(verified.text)")
    let listing = command.replacing("verify", with: "ls")
    let listed = try await Command.script("\"$1\" \(listing) '<\(number)>'", [])
    #expect(listed.text.contains("in\n"), "\(listed.text)")
  }

  /// Where the root is gone and no backup helps, what is left is listed in one go.
  @Test(arguments: [0, 30]) func treesThatAreLeft(_ more: Int) async throws {
    let tree = ["home/x/y/", "home/x/f1", "etc/x/y/", "srv/x/f2"] + (0..<more).map { "many\($0)/" }
    let image = try await ScratchImage(blockSize: 1024, tree: tree, blocks: 4000)
    let whole = try await image.list(["-RA"]).entries
    try await image.debugfs("clri <2>")
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1)
    let pattern =
      /the root directory is gone: ext2walk (ls -R .*) lists .*what is left[^,]*, ext2walk (verify .*) checks it/
    let advice = try #require(facts.advice?.firstMatch(of: pattern), "\(facts.advice ?? "")")
    let tops = whole.filter { $0.directory == 2 && $0.type == "directory" }.map(\.inode).sorted()
    if more == 0 {
      #expect(String(advice.1).hasSuffix(tops.map { "'<\($0)>'" }.joined(separator: " ")))
      let listed = try await Command.script("\"$1\" \(advice.1)", [])
      let below = whole.filter { $0.directory != 2 }.map(\.name).sorted()
      let names = listed.lines.compactMap { $0.split(separator: "/").last.map(String.init) }.sorted()
      #expect(listed.status == 0 && names == below, "\(listed.text)")
    } else {
      // As many as a line takes; verify names all.
      #expect(
        facts.advice?.contains("lists the first of what is left (\(tops.count - 24) trees more)") == true)
      let listed = try await Command.script("\"$1\" \(advice.1)", [])
      #expect(listed.status == 0, "\(listed.messages)")
    }
    #expect(try await Command.script("\"$1\" \(advice.2)", []).status == 1)
    let refused = try await Command.ext2walk(["ls", image.path.string])
    #expect(refused.status == 2 && refused.messages.contains("ext2walk info gives the command"))
  }

  /// Directories that name each other in a loop have no top: one of them is named.
  @Test func treesInALoop() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["a/b/file", "c/file"], blocks: 4000)
    let (a, c) = (try image.inode(of: "a"), try image.inode(of: "c"))
    let b = try image.inode(of: "b", in: a)
    try image.patch(at: image.positions(ofDirectory: a)[0] + 12, b)
    try await image.debugfs("clri <2>")
    let advice = try #require(try await ImageFacts.of(image.path.string).0.advice)
    #expect(
      advice.contains("'<\(c)>'") && (advice.contains("'<\(a)>'") || advice.contains("'<\(b)>'")), "\(advice)"
    )
  }

  /// Where only a group's descriptor is damaged a backup has them all; where a flipped bit is a feature, too.
  @Test(arguments: ["set_bg 1 inode_table 0xfffff", "feature FEATURE_I29"])
  func backupsOfDamagedDescriptors(_ change: String) async throws {
    let image = try await ScratchImage(
      blockSize: 1024, type: "ext4", tree: ["found"], options: ["-O", "^flex_bg"], blocks: 20000)
    try await image.debugfs(change)
    // Not by debugfs, which would mend the checksum.
    if change.hasPrefix("feature") { try image.patch(at: 1024 + 0x3FC, UInt32(0)) }
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1)
    let command = try #require(facts.advice?.firstMatch(of: /^ext2walk (ls .*)/)?.1, "\(facts.advice ?? "")")
    #expect(command.contains("--superblock 8193"))
    #expect(try await Command.script("\"$1\" \(command)", []).text.contains("found\n"), "\(command)")
  }

  /// A root that is a directory and has no contents any more is as good as gone.
  @Test func aRootWithoutContents() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["home/x", "etc/x"], blocks: 4000)
    try await image.debugfs("set_inode_field <2> size 0")
    let advice = try #require(try await ImageFacts.of(image.path.string).0.advice)
    #expect(advice.contains("ls -R \(image.path)") && advice.contains("'<12>'"), "\(advice)")
  }

  /// Backups are tried without another descriptor: as few as the image takes are no reason to say that none serves.
  @Test func backupsAndFewDescriptors() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], blocks: 20000)
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let finished = try await Command.script("ulimit -n 4 && exec \"$1\" info \"$2\"", [image.path.string])
    #expect(finished.status == 1)
    #expect(finished.text.contains("--superblock 8193"), "\(finished.text) \(finished.messages)")
    #expect(!finished.messages.contains("none that serves"))
    #expect(try await ImageFacts.of(image.path.string).0.backups.isEmpty == false)
  }

  /// Blocks of a size that there can't be are told as that, and a backup is found.
  @Test(arguments: [7, 30, 40]) func anImpossibleBlockSize(_ log: Int) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], blocks: 20000)
    try await image.debugfs("ssv log_block_size \(log)")
    let words = "impossible block size: s_log_block_size is \(log), and 6 (64 KiB) is the most"
    for command in ["ls", "verify", "map", "info"] {
      let finished = try await Command.ext2walk([command, image.path.string])
      #expect(finished.status == (command == "info" ? 1 : 2) && finished.messages.contains(words))
      #expect(!finished.messages.contains("cut short") && !finished.messages.contains("is gone"))
    }
    let (facts, _) = try await ImageFacts.of(image.path.string)
    #expect(facts.kernels?.allSatisfy { $0.mounts == "no" && $0.reasons == [words] } == true)
    #expect(facts.blockSize == nil && facts.pagesPerBlock == nil)
    #expect(facts.advice == "ext2walk ls --superblock 8193 --block-size 1024 \(image.path)")
  }

  /// The same of what says that it is a journal for another file system.
  @Test func anImpossibleBlockSizeOfAJournal() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["found"], blocks: 20000)
    try image.patch(at: 1024 + 0x60, UInt32(8))
    try image.patch(at: 1024 + 0x18, UInt32(9))
    for command in ["ls", "verify", "map", "info"] {
      let finished = try await Command.ext2walk([command, image.path.string])
      #expect(finished.status == (command == "info" ? 1 : 2), "\(finished.status) \(finished.messages)")
      #expect(finished.messages.contains("impossible block size: s_log_block_size is 9"))
    }
  }

  /// A wrong size of descriptors: libext2fs has few words for it, so info is pointed to.
  @Test func descriptorsOfAWrongSize() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: ["-O", "64bit,extent"], blocks: 20000)
    try await image.debugfs("ssv desc_size 65")
    let listed = try await Command.ext2walk(["ls", image.path.string])
    #expect(listed.status == 2 && listed.messages.contains("ext2walk info names the impossible value"))
    let (facts, _) = try await ImageFacts.of(image.path.string)
    let command = try #require(facts.advice?.firstMatch(of: /^ext2walk (ls .*)/)?.1, "\(facts.advice ?? "")")
    #expect(try await Command.script("\"$1\" \(command)", []).text.contains("found\n"), "\(command)")
  }

  /// Nothing is wrong with a journal for another file system, nor with an image that another block size is asked of.
  @Test func whatIsInOrder() async throws {
    let scratch = try ScratchDirectory()
    let journal = scratch.path.appending("journal.img").string
    let made = try await Command.run(
      "mke2fs", ["-q", "-F", "-O", "journal_dev", "-b", "4096", journal, "2000"])
    try #require(made.status == 0, "\(made.messages)")
    let (facts, finished) = try await ImageFacts.of(journal)
    #expect(finished.status == 0 && finished.messages.isEmpty && facts.type == "jbd", "\(finished.messages)")
    let image = try await ScratchImage(blockSize: 1024, blocks: 15000)
    let refused = try await Command.ext2walk(["info", "--block-size", "4096", image.path.string])
    #expect(refused.status == 2 && refused.text.isEmpty, "\(refused.text)")
    #expect(refused.messages.contains("it is 1024 bytes, not the 4096 asked for"), "\(refused.messages)")
  }

  @Test func withoutAnySuperblock() async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("random")
    try writeFile(file, (0..<9000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) })
    let finished = try await Command.ext2walk(["info", file.string])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("where a backup would be is none that serves"), "\(finished.messages)")
  }

  @Test func theScreen() async throws {
    let finished = try await Command.ext2walk(["info", Fixture.small.image])
    #expect(finished.lines.first == "\(Fixture.small.image): ext2 \"ext2-64k-small\"")
    for line in [
      "  block size  65536 bytes: ", "  state       clean", "  last mount  2024-01-02 03:04 on /mnt, 1 mount",
      "  ext4 driver of Linux 6.19 or later, pages of 4 KiB, with THP  yes",
    ] {
      #expect(finished.lines.contains { $0.hasPrefix(line) }, "\(line)\n\(finished.text)")
    }
    #expect(finished.text.contains("\nWhat to do: "))
  }

  /// What `info` says of this machine is what uname, getconf and sysfs say.
  @Test func thisMachine() async throws {
    let kernel = try #require(try await ImageFacts.of(Fixture.small.image).0.kernels?.last)
    #expect(try await Command.run("uname", ["-r"]).text == (kernel.running ?? "") + "\n")
    #expect(try await Command.run("getconf", ["PAGESIZE"]).text == "\(kernel.pageSize)\n")
    if FileManager.default.fileExists(atPath: "/sys/fs/ext4/features") {
      let path = "/sys/fs/ext4/features/blocksize_gt_pagesize"
      #expect(kernel.largeBlocks == FileManager.default.fileExists(atPath: path))
    }
  }
}
