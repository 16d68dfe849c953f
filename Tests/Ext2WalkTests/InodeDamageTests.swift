import Basics
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Inodes that no kernel reads, or that e2fsck refuses, whichever entry names them.
@Suite struct InodeDamageTests {
  /// A change of an inode by debugfs, and what `verify` has to say of it.
  struct Change: CustomTestStringConvertible {
    /// Of `/d`: `file`, `fast` (a link of a short target), `slow` (one of a long target), `fifo`, `device`.
    let name: String
    /// What `set_inode_field` sets.
    let fields: [String]
    /// What a kernel says; nil where none has words for it.
    var wording: String?
    /// In our words, where no kernel has some.
    var words = ""
    var features = "^metadata_csum,extent"

    var testDescription: String { "\(name) \(fields.joined(separator: ", "))" }
  }

  static let changes = [
    Change(
      name: "file", fields: ["flags 0x10080000"], wording: "inode has both inline data and extents flags"),
    Change(
      name: "file", fields: ["extra_isize 4000"], wording: "iget: bad extra_isize 4000 (inode size 256)"),
    Change(
      name: "file", fields: ["file_acl 0xfffffff"], wording: "iget: bad extended attribute block 268435455"),
    // A block of the inode table.
    Change(name: "file", fields: ["file_acl 40"], wording: "iget: bad extended attribute block 40"),
    Change(name: "fifo", fields: ["file_acl 40"], wording: "iget: bad extended attribute block 40"),
    Change(name: "file", fields: ["block[0] 0"], wording: "bad header/extent"),
    Change(
      name: "file", fields: ["block[5] 0xfffffff"], wording: "bad header/extent: invalid extent entries"),
    Change(name: "file", fields: ["block[5] 40"], wording: "bad header/extent: invalid extent entries"),
    Change(
      name: "file", fields: ["block[0] 0xfffffff"], wording: "invalid block", words: "block 268435455",
      features: "^metadata_csum,^extent,^64bit"),
    Change(
      name: "file", fields: ["block[0] 40"], wording: "invalid block", words: "block 40",
      features: "^metadata_csum,^extent,^64bit"),
    Change(name: "fast", fields: ["size 0"], wording: "invalid fast symlink length 0"),
    Change(name: "fast", fields: ["size 3"], wording: "invalid fast symlink length 3"),
    Change(name: "fast", fields: ["size 40"], wording: "invalid fast symlink length 40"),
    Change(name: "fast", fields: ["size 60"], wording: "invalid fast symlink length 60"),
    Change(name: "fast", fields: ["size 4096"], wording: "invalid fast symlink length 4096"),
    Change(
      name: "fast", fields: ["flags 0x10"], wording: "iget: immutable or append flags not allowed on symlinks"
    ),
    Change(name: "fast", fields: ["flags 0x80000"], words: "a symbolic link has other blocks"),
    Change(name: "fast", fields: ["flags 0x10000000"], words: "a symbolic link has a flag of"),
    Change(name: "slow", fields: ["blocks 0"], wording: "invalid fast symlink length 200"),
    Change(name: "slow", fields: ["size 4096"], words: "no symbolic link can be 4096 bytes long"),
    Change(name: "slow", fields: ["size 59"], words: "a symbolic link has other blocks"),
    Change(name: "slow", fields: ["size 150"], words: "its target isn't 150 bytes long"),
    Change(name: "slow", fields: ["size 250"], words: "its target isn't 250 bytes long"),
    Change(
      name: "slow", fields: ["block[5] 0xfffffff"], wording: "bad header/extent: invalid extent entries"),
    Change(
      name: "slow", fields: ["block[1] 1900"], words: "a symbolic link has other blocks",
      features: "^metadata_csum,^extent,^64bit"),
    Change(name: "fifo", fields: ["flags 0x80000"], words: "a special file with flags 0x80000"),
    Change(name: "device", fields: ["flags 0x20"], words: "a special file with flags 0x20"),
    Change(name: "device", fields: ["size 7"], words: "a special file with contents of 7 bytes"),
  ]

  /// A file system with one of each, and nothing wrong.
  private func image(features: String) async throws -> ScratchDirectory {
    let directory = try ScratchDirectory()
    let made = try await Command.script(
      """
      cd "$2" && mkdir -p tree/d && echo contents > tree/d/file && ln -s short tree/d/fast \
        && ln -s $(printf 'q%.0s' $(seq 200)) tree/d/slow && mkfifo tree/d/fifo \
        && mke2fs -q -F -t ext4 -I 256 -b 4096 -O $3 -d tree image.img 8M \
        && debugfs -w -f - image.img <<< $'cd d\nmknod device c 4 64'
      """, [directory.path.string, features])
    try #require(made.status == 0, "\(made.messages)")
    return directory
  }

  @Test(arguments: changes)
  func isSaidWhereAnEntryNamesIt(_ change: Change) async throws {
    let directory = try await image(features: change.features)
    let image = directory.path.appending("image.img").string
    #expect(try await VerifiedImage.verify(image).finished.status == 0)
    for field in change.fields {
      let done = try await Command.run(
        "debugfs", ["-w", "-R", "set_inode_field /d/\(change.name) \(field)", image])
      try #require(done.status == 0 && done.messages.split(separator: "\n").count == 1, "\(done.messages)")
    }
    // Of flags that it would clear it says so, and ends with 0.
    let e2fsck = try await E2fsck.check(image)
    #expect(!e2fsck.complaints.isEmpty)
    let verified = try await VerifiedImage.verify(image)
    let found = verified.findings.filter { $0.rule == "inode-unusable" }
    #expect(found.count == 1, "\(verified.finished.text)")
    let finding = try #require(found.first)
    #expect(finding.path == "/d")
    #expect(finding.found?.contains("\"\(change.name)\", inode ") == true)
    #expect(finding.kernelWording == change.wording)
    #expect(finding.found?.contains(change.words) == true || change.words.isEmpty, "\(finding.found ?? "")")
    // As text, too.
    let text = try await Command.ext2walk(["verify", "-q", image]).text
    #expect(text.contains(change.wording ?? change.words), "\(text)")
  }

  /// The kernel's words are a kernel's: it says them when it is asked for the inode, and doesn't give it.
  @Test(.takesMounts, .takesLinux618, arguments: changes.filter { $0.wording != nil })
  func wordsAreTheKernels(_ change: Change) async throws {
    let directory = try await image(features: change.features)
    let image = directory.path.appending("image.img").string
    for field in change.fields {
      _ = try await Command.run("debugfs", ["-w", "-R", "set_inode_field /d/\(change.name) \(field)", image])
    }
    // The device is this mount's own until it is unmounted: of earlier ones the log may have lines, too.
    let said = try await Command.script(
      """
      cd "$2" && mkdir mnt && mount -t ext4 -o loop,ro,noload image.img mnt || exit 3
      device=$(findmnt -no SOURCE mnt) && device=${device#/dev/}
      echo "ext2walk tests $2" > /dev/kmsg
      stat mnt/d/$3 > /dev/null 2>&1; echo status $?
      readlink mnt/d/$3 > /dev/null 2>&1
      dmesg | sed "1,\\#ext2walk tests $2#d" | grep "device $device" ; umount mnt
      """, [directory.path.string, change.name])
    #expect(said.lines.first == "status 1", "\(said.text)")
    #expect(said.text.contains(change.wording ?? ""), "\(said.text)")
  }

  /// Inodes in bad blocks that no entry names are nobody's loss, as for e2fsck.
  @Test func inodesInBadBlocksAreNotMissed() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: (10..<50).map { "d/file-\($0)" })
    let block = try await image.position(ofInode: image.inode(of: "file-29", in: image.d)) / 1024
    let list = image.directory.path.appending("bad").string
    _ = try await Command.script("echo $3 > \"$2\"", [list, "\(block)"])
    _ = try await Command.run("e2fsck", ["-fy", "-l", list, image.path.string])
    #expect(try await E2fsck.check(image.path.string).isClean)
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.errors.isEmpty, "\(verified.finished.text)")
  }

  /// An inode whose place in its table is among the blocks that inode 1 lists.
  @Test func anInodeInABadBlockIsSaid() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: (10..<50).map { "d/file-\($0)" })
    let block = try await image.position(ofInode: image.inode(of: "file-29", in: image.d)) / 1024
    try await image.debugfs("set_inode_field <1> block[0] \(block)")
    let e2fsck = try await E2fsck.check(image.path.string)
    #expect(e2fsck.output.contains("located in a bad block"))
    let said = Set(
      e2fsck.output.matches(of: /points to inode \((\d+)\) located in a bad block/).map { Int($0.1) })
    let verified = try await VerifiedImage.verify(image.path.string)
    let found = verified.errors.filter { $0.rule == "inode-in-bad-block" }.compactMap { finding in
      finding.found?.firstMatch(of: /inode (\d+)/).flatMap { Int($0.1) }
    }
    #expect(Set(found) == said)
    #expect(found.count == said.count)
  }

  /// Values of attributes that stand in inodes of their own count in `i_blocks`, and have to be somebody's.
  @Test(arguments: ["", "inline_data,"])
  func inodesOfAttributesAreCounted(features: String) async throws {
    let files = (100..<250).map { "d/a-long-name-for-a-file-\($0)" }
    let image = try await ScratchImage(
      blockSize: 1024, tree: files + ["e/one"],
      options: ["-I", "256", "-O", "extent,ea_inode," + features + "^64bit"],
      blocks: 2048)
    let value = image.directory.path.appending("value").string
    _ = try await Command.script("head -c 900 /dev/zero | tr '\\0' v > \"$2\"", [value])
    for directory in ["d", "e"] {
      try await image.debugfs("ea_set -f \(value) /\(directory) user.one")
      try await image.debugfs("ea_set -f \(value) /\(directory) user.two")
    }
    // debugfs leaves i_blocks as it was: e2fsck says what it should be.
    let e2fsck = try await E2fsck.check(image.path.string)
    let counts = e2fsck.output.matches(of: /Inode (\d+), i_blocks is \d+, should be (\d+)/)
    #expect(counts.count == 2, "\(e2fsck.output)")
    let before = try await VerifiedImage.verify(image.path.string)
    #expect(before.errors.compactMap(\.rule) == ["wrong-block-count", "wrong-block-count"])
    for count in counts {
      try await image.debugfs("set_inode_field <\(count.1)> blocks \(count.2)")
    }
    #expect(try await E2fsck.check(image.path.string).isClean)
    #expect(try await VerifiedImage.verify(image.path.string).errors.isEmpty)
    // One that nobody refers to.
    try await image.debugfs("clri /e")
    try await image.debugfs("unlink /e")
    let lost = try await VerifiedImage.verify(image.path.string)
    let found = lost.errors.filter { $0.found?.contains("holds the value of an extended attribute") == true }
    #expect(!found.isEmpty && found.allSatisfy { $0.rule == "inode-unattached" }, "\(lost.finished.text)")
    #expect(try await E2fsck.check(image.path.string).output.contains("Unattached inode"))
  }

  /// As many blocks after a directory's size as the superblock allows, and empty blocks of block numbers.
  @Test func blocksAfterTheSizeMayBePreallocated() async throws {
    let files = (100..<400).map { "d/a-long-name-for-a-file-\($0)" }
    let image = try await ScratchImage(blockSize: 1024, tree: files)
    let blockCount = try image.positions(ofDirectory: image.d).count
    try await image.debugfs("expand_dir /d")
    try await image.debugfs("expand_dir /d")
    try await image.debugfs("set_inode_field /d size \(blockCount * 1024)")
    for allowed in [0, 1, 2, 255] {
      try await image.debugfs("set_super_value prealloc_dir_blocks \(allowed)")
      let e2fsck = try await E2fsck.check(image.path.string)
      #expect(e2fsck.isClean == (allowed >= 2), "\(allowed): \(e2fsck.output)")
      let verified = try await VerifiedImage.verify(image.path.string)
      #expect(verified.brokenRules == (allowed >= 2 ? [] : ["wrong-size"]), "\(verified.finished.text)")
    }
    // They are the directory's: no other may have them.
    let block = try image.positions(ofDirectory: image.d)[blockCount] / 1024
    try await image.debugfs("expand_dir /lost+found")
    let spare = try image.positions(ofDirectory: 11).count - 1
    try await image.debugfs("set_inode_field /lost+found block[IND] 0")
    try await image.debugfs("set_inode_field /lost+found block[\(min(spare, 11))] \(block)")
    #expect(try await VerifiedImage.verify(image.path.string).brokenRules.contains("block-shared"))
  }

  @Test func anEmptyBlockOfBlockNumbersAfterTheSizeIsNoDamage() async throws {
    let image = try await ScratchImage(
      blockSize: 1024, tree: (100..<400).map { "d/a-long-name-for-a-file-\($0)" })
    // The last block of the file system, which nothing has; it holds zeroes.
    let free = try await Command.run("debugfs", ["-R", "ffb 1", image.path.string]).text
    let block = try #require(free.firstMatch(of: /(\d+)/).flatMap { Int($0.1) })
    let blocks = try image.positions(ofDirectory: image.d).count
    try #require(blocks <= 12, "/d needs no block of block numbers")
    try await image.debugfs("set_inode_field /d block[IND] \(block)")
    try await image.debugfs("set_inode_field /d blocks \(2 * (blocks + 1))")
    try await image.debugfs("setb \(block)")
    let e2fsck = try await E2fsck.check(image.path.string)
    #expect(!e2fsck.output.contains("i_size") && !e2fsck.output.contains("i_blocks"), "\(e2fsck.output)")
    #expect(try await VerifiedImage.verify(image.path.string).errors.isEmpty)
  }

  @Test(arguments: ["ext2", "ext4"])
  func theHighHalfOfADirectorysSizeIsSaid(type: String) async throws {
    let image = try await ScratchImage(
      blockSize: 1024, type: type, tree: (10..<50).map { "d/file-\($0)" },
      options: ["-O", "^metadata_csum"], blocks: 8192)
    try await image.debugfs("set_inode_field /d size 0x10000000400")
    #expect(try await E2fsck.check(image.path.string).output.contains("i_size_high"))
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.errors.compactMap(\.rule) == ["wrong-size"], "\(verified.finished.text)")
    #expect(verified.errors.first?.found?.contains("i_size_high 256") == true)
    // A listing takes it as kernels do.
    let (entries, finished) = try await image.list()
    #expect(entries.count { $0.path.hasPrefix("/d/") } == 40)
    #expect(finished.status == 0)
  }
}
