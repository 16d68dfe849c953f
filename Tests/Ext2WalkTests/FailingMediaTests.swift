import Basics
import FolioCore
import Glibc
import SystemPackage
import Testing

@testable import Ext2Walk
@testable import ExtVolume
@testable import TestSupport

/// Disks that fail in the middle: the block is named with the system's words, and the rest is listed.
@Suite struct FailingMediaTests {
  private static let commands = [["ls", "-RA"], ["ls", "-lR", "--checksums"], ["map", "-R"]]

  /// `/d` has three blocks or more; `/e` comes after it.
  private func image(blockSize: Int) async throws -> (ScratchImage, blocks: [Int]) {
    let filling = String(repeating: "n", count: 200)
    let names = (0..<max(40, blockSize / 90)).map { "d/\(10000 + $0)-" + filling }
    let image = try await ScratchImage(blockSize: blockSize, tree: names + ["e/behind"])
    return (image, try image.positions(ofDirectory: try image.inode(of: "d")))
  }

  @Test(arguments: [1024, 65536], commands)
  func aBlockThatCannotBeReadIsNamed(blockSize: Int, command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: blockSize)
    let bytes = try image.source()
    let whole = try InProcess.run(command, bytes)
    try #require(whole.status == 0 && whole.lines.count > 4, "\(whole.messages)")
    let finished = try InProcess.run(command, FaultySource(bytes, .fails(at: blocks[1] + 100)))
    #expect(finished.status == 1)
    let words =
      "directory /d (inode \(try image.inode(of: "d"))), block 1 (physical \(blocks[1] / blockSize))"
    #expect(finished.messages.contains(words), "\(finished.messages)")
    #expect(finished.messages.contains("nput/output error at byte "), "\(finished.messages)")
    // What stands in other blocks, and in directories after this one, is there.
    #expect(finished.lines.count > whole.lines.count / 3)
    if command[0] == "ls" { #expect(finished.text.contains("/e/behind")) }
  }

  /// What is asked for ahead, of a disk of which nothing is in memory, is told as if it were read when the walk gets there.
  @Test(arguments: [0, 1, 2], commands + [["verify"]])
  func aBadSectorIsToldOnceWhereItIsReadAhead(place: Int, command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: 1024)
    let positions = [blocks[1] + 100, try await image.position(ofInode: try image.inode(of: "e")), blocks[0]]
    let bytes = try image.source()
    let inMemory = try InProcess.run(command, FaultySource(bytes, .fails(at: positions[place])))
    let disk = ColdDisk(bytes)
    let finished = try InProcess.run(command, FaultySource(disk, .fails(at: positions[place])))
    #expect(!disk.asked.isEmpty)
    #expect(finished.messages == inMemory.messages)
    // How long a mapping took is never the same.
    #expect(
      command[0] == "map"
        ? finished.lines.count == inMemory.lines.count : finished.text == inMemory.text)
    #expect(finished.status == 1 && inMemory.status == 1)
  }

  /// Inodes are read by the dozen where neighbours are asked for: those beside a bad sector are there all the same.
  @Test func aBadSectorOfAnInodeTableCostsItsInodes() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: (100..<200).map { "file-\($0)" })
    let inode = try image.inode(of: "file-150")
    let position = try await image.position(ofInode: inode)
    let bytes = try image.source()
    let whole = try InProcess.run(["ls", "-lU"], bytes)
    let source = FaultySource(bytes, .fails(at: position + 3))
    let finished = try InProcess.run(["ls", "-lU"], source)
    #expect(finished.status == 1)
    // A failing disk is tried again for seconds each time: by each of two threads once with neighbours, then alone.
    #expect((1...4).contains(source.touches.count), "\(source.touches)")
    #expect(finished.lines.count == whole.lines.count)
    let unlike = zip(finished.lines, whole.lines).filter { $0 != $1 }
    #expect(unlike.count == 1 && unlike[0].1.hasSuffix("file-150"), "\(unlike)")
    #expect(
      finished.messages.contains("reading inode \(inode)") && finished.messages.contains("nput/output error"),
      "\(finished.messages)")
  }

  /// `verify` reads inodes by the thousand: what can't be read costs its page, wherever the table begins, and in one line.
  @Test(arguments: [1024, 4096]) func aBadSectorCostsVerifyAPageOfInodes(blockSize: Int) async throws {
    let image = try await ScratchImage(blockSize: blockSize, tree: (100..<200).map { "file-\($0)" })
    let inode = try image.inode(of: "file-150")
    let size = Int(try image.number(at: 1024 + 0x58) & 0xFFFF)
    let position = try await image.position(ofInode: inode)
    let (before, after) = (position % 4096 / size, (4095 - position % 4096) / size)
    let source = FaultySource(try image.source(), .fails(at: position + 3))
    let finished = try InProcess.run(["verify"], source)
    #expect(finished.status == 1)
    // In one large piece, and in a small one.
    #expect(source.touches.count == 2, "\(source.touches)")
    let unread = finished.lines.filter { $0.contains("inode-table-unreadable") }
    #expect(unread.count == 1)
    let words = "inodes \(inode.advanced(by: -before)) to \(inode.advanced(by: after)): Input/output error"
    #expect(unread.first?.contains(words) == true, "\(words): \(unread)")
  }

  /// Where a bad page and the end of the image are next to each other, each is what is said of its inodes.
  @Test func aBadPageAtTheEndOfAnImage() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: (100..<200).map { "file-\($0)" })
    let position = try await image.position(ofInode: try image.inode(of: "file-150"))
    let page = position / 4096 * 4096
    _ = try await Command.run("truncate", ["-s", "\(page + 4096)", image.path.string])
    let finished = try InProcess.run(["verify"], FaultySource(try image.source(), .fails(at: page)))
    let unread = finished.lines.filter { $0.contains("inode-table-unreadable") }
    #expect(unread.count == 2, "\(unread)")
    #expect(unread.first?.contains("Input/output error at byte \(page)") == true, "\(unread)")
    #expect(unread.last?.contains("after the end of the image") == true, "\(unread)")
  }

  @Test(arguments: commands + [["verify"]]) func aDeviceThatVanishes(command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: 4096)
    let finished = try InProcess.run(
      command, FaultySource(try image.source(), .vanishes(at: blocks[1] + 100)))
    #expect(finished.status == 1)
    let said = finished.messages + finished.text
    #expect(said.contains("block 1 (physical \(blocks[1] / 4096))"), "\(said.prefix(2000))")
    #expect(said.contains("No such device"), "\(said.prefix(2000))")
  }

  /// A source whose system calls give 100 bytes at most.
  private struct ShortReads: ByteSource {
    let bytes: [UInt8]
    var byteCount: UInt64 { UInt64(bytes.count) }
    var file: FileSource? { nil }

    func isInMemory(at position: BytePosition) -> Bool { true }

    func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
      try checkBounds(destination.byteCount, at: position)
      try unsafe FileSource.readAll(into: &destination, at: position) { (buffer, position) in
        let count = min(100, buffer.count)
        unsafe buffer.copyBytes(from: bytes[Int(position.rawValue)...].prefix(count))
        return count
      }
    }
  }

  @Test(arguments: commands + [["verify"], ["info"]])
  func shortReadsAreGoneOnWith(command: [String]) async throws {
    let (image, _) = try await image(blockSize: 1024)
    let bytes = try image.source()
    let whole = try InProcess.run(command, bytes)
    let finished = try InProcess.run(command, ShortReads(bytes: bytes.bytes))
    #expect(finished.status == whole.status && finished.status == 0)
    // How long mapping took is never the same.
    if command[0] != "map" { #expect(finished.text == whole.text) }
    #expect(finished.lines.count == whole.lines.count && finished.messages == whole.messages)
  }

  /// A real file, which is cut by somebody at the moment when a byte of it is asked for.
  @Test(arguments: commands + [["verify"]]) func aFileThatIsCutWhileItIsRead(command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: 4096)
    let (path, end) = (image.path.string, blocks[1] + 8)
    let source = FaultySource(
      try FileSource(path: image.path), .calls(at: end) { unsafe truncate(path, end) })
    let finished = try InProcess.run(command, source)
    #expect(try readFile(image.path).count == end)
    #expect(finished.status == 1)
    let said = finished.messages + finished.text
    #expect(said.contains("lies after the end of the image"), "\(said.prefix(2000))")
  }

  /// As an old kernel and a sandbox refuse it, in the words that every command ends with.
  @Test(arguments: [
    (Errno.noFunction, "Function not implemented"), (.notPermitted, "Operation not permitted"),
  ])
  func whatRefusesFilesInMemoryIsNamed(errno: Errno, words: String) {
    let error = VolumeError.failed(errno, doing: .makePages)
    #expect(error.sentence.contains("memfd_create") && error.sentence.contains(words), "\(error)")
  }

  /// The descriptors of this limit are the three of every process and that of the image.
  @Test(arguments: commands + [["verify"]]) func withoutFilesInMemory(command: [String]) async throws {
    let (image, _) = try await image(blockSize: 4096)
    let finished = try await Command.script(
      "ulimit -n 4; tool=$1; image=$2; shift 2; exec \"$tool\" \"$@\" \"$image\"",
      [image.path.string] + command)
    #expect(finished.status == 2)
    #expect(
      finished.messages.contains("making a file in memory for pages: Too many open files"),
      "\(finished.messages)")
    #expect(finished.text.isEmpty)
  }

  /// `info` doesn't take what can't be read for what isn't there.
  @Test func aSuperblockThatCannotBeRead() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["a"], blocks: 15000)
    let finished = try InProcess.run(["info"], FaultySource(try image.source(), .fails(at: 1500)))
    #expect(finished.status == 1)
    #expect(finished.messages.contains("reading the superblock: Input/output error"), "\(finished.messages)")
    #expect(finished.text.contains("--superblock 8193"), "\(finished.text)")

    let small = try await ScratchImage(blockSize: 1024, tree: ["a"])
    let nothing = try InProcess.run(["info"], FaultySource(try small.source(), .fails(at: 1500)))
    #expect(nothing.status == 2 && nothing.messages.contains("Input/output error"), "\(nothing.messages)")
    let listed = try InProcess.run(["ls"], FaultySource(try small.source(), .fails(at: 1500)))
    #expect(listed.status == 2 && listed.messages.contains("Input/output error"), "\(listed.messages)")
    #expect(listed.messages.contains("ddrescue"), "\(listed.messages)")
  }

  /// The same of a whole disk: its table, a partition's start, the chain of its logical partitions.
  @Test func aDiskThatCannotBeReadInPlaces() async throws {
    let disk = try await DiskTests.Disk(DiskTests.logical)
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    try await disk.put(image.path.string, at: 22528 * 512)

    // Nobody knows what is in partition 1: the other is not all there is.
    let superblock = (1 << 20) + 1024
    let words = "partition 1 can't be read: Input/output error at byte \(superblock)"
    for command in ["info", "ls", "map", "verify"] {
      let finished = try InProcess.run([command], FaultySource(try disk.source(), .fails(at: superblock + 7)))
      #expect(finished.status == 1 && finished.messages.contains(words), "\(finished.messages)")
      if command != "info" { #expect(finished.messages.contains("the only one that was found")) }
    }
    let listed = try InProcess.run(["ls"], FaultySource(try disk.source(), .fails(at: superblock)))
    #expect(listed.text == "lost+found\nwithin\n")
    // Whoever asks for the other one is not kept from it.
    for command in ["ls", "info"] {
      let chosen = try InProcess.run(
        [command, "--partition", "5"], FaultySource(try disk.source(), .fails(at: superblock)))
      #expect(chosen.status == 0 && chosen.messages.isEmpty, "\(chosen.messages)")
    }
    for position in [superblock, 1 << 20] {
      let refused = try InProcess.run(
        ["ls", "--partition", "1"], FaultySource(try disk.source(), .fails(at: position)))
      #expect(refused.status == 2)
      #expect(
        refused.messages.contains("reading partition 1: Input/output error at byte \(position)")
          && refused.messages.contains("ext2walk info --partition 1"), "\(refused.messages)")
    }
    let nothing = try InProcess.run(
      ["info", "--partition", "1"], FaultySource(try disk.source(), .fails(at: superblock)))
    #expect(nothing.status == 2 && nothing.messages.contains("Input/output error"), "\(nothing.messages)")
    // Where the superblock can be read and is none, it doesn't matter what else there is: but that is not "zeroes".
    for command in ["info", "ls"] {
      let other = try InProcess.run([command], FaultySource(try disk.source(), .fails(at: (1 << 20) + 3000)))
      #expect(other.status == 0 && !other.messages.contains("can't be read"), "\(other.messages)")
      if command == "info" {
        #expect(other.text.contains("unknown contents (type 83); Input/output error at byte \(1 << 20)"))
      }
    }

    for command in ["ls", "info"] {
      let table = try InProcess.run(
        [command, "--partition", "5"], FaultySource(try disk.source(), .fails(at: 100)))
      #expect(
        table.status == 2 && table.messages.contains("Input/output error at byte 0"), "\(table.messages)")
    }

    // The second link, after the first logical partition.
    let second = (22528 + 16384) * 512
    for position in [20480 * 512, second] {
      let chain = try InProcess.run(["info"], FaultySource(try disk.source(), .fails(at: position + 100)))
      #expect(chain.status == 1)
      let words = "breaks off at byte \(position) (Input/output error)"
      #expect(chain.messages.contains(words), "\(position): \(chain.messages)")
    }
  }

  /// A boot block is not a superblock.
  @Test func aBootBlockThatCannotBeRead() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    for command in ["info", "ls"] {
      let finished = try InProcess.run([command], FaultySource(try image.source(), .fails(at: 100)))
      #expect(finished.status == 0 && finished.messages.isEmpty, "\(finished.messages)")
    }
    // Nor does it keep the backups from being found.
    let large = try await ScratchImage(blockSize: 1024, tree: ["within"], blocks: 15000)
    try large.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let finished = try InProcess.run(["info"], FaultySource(try large.source(), .fails(at: 100)))
    #expect(finished.status == 1)
    #expect(finished.messages.contains("the first superblock is gone"), "\(finished.messages)")
  }

  /// The table of a GPT, its entries, and the sector before it.
  @Test func aGPTThatCannotBeRead() async throws {
    let disk = try await DiskTests.Disk(DiskTests.gpt)
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    try await disk.put(image.path.string, at: 1 << 20)
    for position in [512, 1024 + 20] {
      let finished = try InProcess.run(["ls"], FaultySource(try disk.source(), .fails(at: position)))
      #expect(finished.status == 0 && finished.text == "lost+found\nwithin\n", "\(finished.messages)")
      let words = "its first partition table can't be read (Input/output error at byte"
      #expect(finished.messages.contains(words), "\(finished.messages)")
      let info = try InProcess.run(["info"], FaultySource(try disk.source(), .fails(at: position)))
      #expect(info.status == 1 && info.messages.contains(words), "\(info.messages)")
    }
    // Of zeroes nobody knows whether all were zeroes.
    let wiped = try await DiskTests.Disk(DiskTests.gpt)
    try wiped.patch(at: 0, [UInt8](repeating: 0, count: 64 << 20))
    for (position, words) in [(-1, "nothing but zeroes"), ((1 << 16) + 66, "Input/output error at byte ")] {
      let refused = try InProcess.run(["ls"], FaultySource(try wiped.source(), .fails(at: position)))
      #expect(refused.status == 2 && refused.messages.contains(words), "\(refused.messages)")
    }
    // Without its first sector the first GPT serves. Without both, the backup may be what an MBR left over.
    #expect(try InProcess.run(["info"], FaultySource(try disk.source(), .fails(at: 0))).status == 0)
    try disk.patch(at: 512, [0])
    let finished = try InProcess.run(["ls"], FaultySource(try disk.source(), .fails(at: 0)))
    #expect(finished.status == 1 && finished.text == "lost+found\nwithin\n")
    #expect(finished.messages.contains("its first sector can't be read"), "\(finished.messages)")
    #expect(finished.messages.contains("this one is out of date"), "\(finished.messages)")
  }
}
