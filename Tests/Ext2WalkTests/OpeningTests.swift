import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// Images that can't be opened, or not in the usual way.
@Suite struct OpeningTests {
  private func expectRefusal(_ arguments: [String], saying words: String, status: Int = 2) async throws {
    let finished = try await Command.ext2walk(["ls"] + arguments)
    #expect(finished.status == status)
    #expect(finished.output.isEmpty)
    #expect(finished.messages.contains(words), "\(finished.messages)")
  }

  @Test func noSuchFile() async throws {
    try await expectRefusal(
      ["/no/such.img"], saying: "ext2walk: /no/such.img: opening the image: No such file")
  }

  @Test func aDirectory() async throws {
    try await expectRefusal(["/tmp"], saying: "it is a directory")
  }

  @Test func aCharacterDevice() async throws {
    try await expectRefusal(["/dev/null"], saying: "neither a regular file nor a block device")
  }

  @Test func aPipeThatNobodyWritesTo() async throws {
    let scratch = try ScratchDirectory()
    let pipe = scratch.path.appending("pipe").string
    try #require(try await Command.run("mkfifo", [pipe]).status == 0)
    try await expectRefusal([pipe], saying: "neither a regular file nor a block device")
  }

  @Test func anEmptyFile() async throws {
    let scratch = try ScratchDirectory()
    try writeFile(scratch.path.appending("empty"), [])
    try await expectRefusal([scratch.path.appending("empty").string], saying: "it is empty")
  }

  @Test func aFileThatIsShorterThanASuperblock() async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("short")
    try writeFile(file, (0..<1500).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 128) })
    try await expectRefusal(
      [file.string], saying: "there are 1500 bytes, and the superblock would end at byte 2048; it is no file")
  }

  @Test func aTextFile() async throws {
    let scratch = try ScratchDirectory()
    try writeFile(scratch.path.appending("text"), Array(String(repeating: "text\n", count: 10_000).utf8))
    try await expectRefusal(
      [scratch.path.appending("text").string],
      saying: "this is a text file; give a file or device that holds a file system")
  }

  @Test(.takes("setpriv")) func noPermission() async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("secret")
    try writeFile(file, [1])
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.string)
    guard getuid() == 0 else {
      return try await expectRefusal([file.string], saying: "Permission denied")
    }
    // Root may read everything: somebody else has to try.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path.string)
    let copy = scratch.path.appending("ext2walk")
    // By a process of its own: what this one has open for writing, others that it starts may keep open.
    try #require(try await Command.run("cp", [Command.tool.string, copy.string]).status == 0)
    let finished = try await Command.run(
      "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", copy.string, "ls", file.string])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("Permission denied"), "\(finished.messages)")
  }

  @Test func anImageCutInHalfIsListedAsFarAsItGoes() async throws {
    let scratch = try ScratchDirectory()
    let half = scratch.path.appending("half.img")
    let whole = try readFile(FilePath(Fixture(name: "ppc64-ext2-64k-big").image))
    try writeFile(half, Array(whole.prefix(whole.count / 2)))
    let (entries, finished) = try await ListedEntry.list(["-R", half.string])
    #expect(finished.status == 1)
    #expect(finished.messages.contains("holds 8388608 of the file system's 16777216 bytes: it is cut short"))
    #expect(!entries.isEmpty)
  }

  @Test func theWrongBlockSizeNamesBoth() async throws {
    try await expectRefusal(
      ["--block-size", "4096", Fixture.small.image], saying: "it is 65536 bytes, not the 4096 asked for")
    let right = try await Command.ext2walk(["ls", "--block-size", "65536", Fixture.small.image])
    #expect(right.status == 0)
  }

  @Test func wrongUsageIs64() async throws {
    for arguments in [
      ["--no-such-option", "x"], [], ["--block-size", "5000", "x"],
      ["--superblock", "4294967295", "x"], ["--offset", "1", "x?offset=1"],
    ] {
      try await expectRefusal(arguments, saying: "Error: ", status: 64)
    }
  }

  /// A file system 63 sectors in: its blocks are aligned to no page.
  @Test(arguments: [1024, 4096, 65536])
  func aFileSystemFurtherIn(blockSize: Int) async throws {
    let image = try await ScratchImage(blockSize: blockSize, tree: ["d/a", "d/b", "c"])
    let moved = image.directory.path.appending("disk?.img")
    try writeFile(moved, [UInt8](repeating: 0xEE, count: 63 * 512) + (try readFile(image.path)))
    let expected = try await image.list(["-lR"]).entries.map(\.path)
    for arguments in [["\(moved)?offset=32256"], ["--offset", "32256", moved.string]] {
      let (entries, finished) = try await ListedEntry.list(["-lR"] + arguments)
      #expect(finished.status == 0, "\(finished.messages)")
      #expect(entries.map(\.path) == expected)
    }
    try await expectRefusal([moved.string], saying: "Bad magic number")
    try await expectRefusal(["--offset", "1G", moved.string], saying: "is after its end at byte")
  }

  @Test(arguments: [1024, 4096])
  func aBackupSuperblockServes(blockSize: Int) async throws {
    let blocks = blockSize * 8 + 2000
    let image = try await ScratchImage(
      blockSize: blockSize, tree: ["d/a", "c"], options: ["-O", "^metadata_csum", "-E", "lazy_itable_init=1"])
    try #require(try await Command.run("resize2fs", [image.path.string, "\(blocks)"]).status == 0)
    let expected = try await image.list().entries.map(\.path)
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    try await expectRefusal([image.path.string], saying: "--superblock")
    let backup = blockSize * 8 + (blockSize == 1024 ? 1 : 0)
    for more in [[], ["--block-size", "\(blockSize)"]] {
      let (entries, finished) = try await image.list(["-RU", "--superblock", "\(backup)"] + more)
      #expect(finished.status == 0, "\(finished.messages)")
      #expect(entries.map(\.path) == expected)
    }
    try await expectRefusal(
      ["--superblock", "7", image.path.string], saying: "backups stand at the start of block groups")
  }

  @Test func theImageIsNeverWrittenTo() async throws {
    for fixture in [Fixture.small, Fixture(name: "ppc64-ext3-64k-dirty-journal")] {
      let before = try await Command.run("sha256sum", [fixture.image]).text
      _ = try await Command.ext2walk(["ls", "-lR", "--checksums", fixture.image])
      #expect(try await Command.run("sha256sum", [fixture.image]).text == before)
    }
  }

  @Test func aWaitingJournalIsSaidOnce() async throws {
    let finished = try await Command.ext2walk([
      "ls", "-R", Fixture(name: "ppc64-ext3-64k-dirty-journal").image,
    ])
    #expect(finished.messages.components(separatedBy: "needs_recovery").count == 2)
    #expect(finished.status == 0)
  }
}

/// Where /proc isn't mounted Swift knows no arguments: that is said, and no help is shown instead of a listing.
@Suite struct MissingProcTests {
  private static func hidesProc(_ command: String, _ arguments: [String]) async throws -> Finished {
    try await Command.script(
      """
      test "$(id -u)" = 0 || user=--map-root-user
      exec unshare $user --mount bash -c 'mount -t tmpfs none /proc && \(command)' bash "$1" "$2"
      """, arguments)
  }

  @Test(
    .enabled("a mount namespace takes rights that not everybody has") {
      try await hidesProc("true", [""]).status == 0
    })
  func thatIsSaid() async throws {
    let image = try await ScratchImage(blockSize: 4096)
    let finished = try await Self.hidesProc("\"$1\" ls \"$2\"", [image.path.string])
    #expect(finished.status == 2)
    #expect(finished.output.isEmpty && finished.messages.contains("mount /proc"))
  }
}

@Suite struct ExternalJournalTests {
  @Test(arguments: ["ls", "verify", "info"]) func isNamed(_ command: String) async throws {
    let directory = try ScratchDirectory()
    let path = directory.path.appending("journal.img").string
    let made = try await Command.run(
      "mke2fs", ["-q", "-F", "-O", "journal_dev", "-b", "4096", path, "2048"])
    try #require(made.status == 0, "\(made.messages)")
    let finished = try await Command.ext2walk([command, path])
    // It can't be listed, and there is nothing wrong with it.
    #expect(finished.status == (command == "info" ? 0 : 2))
    let said = command == "info" ? finished.text : finished.messages
    #expect(said.contains("the journal of another file system"), "\(said)")
    #expect(!finished.messages.contains("newer") && !finished.text.contains("e2fsck"))
  }
}
