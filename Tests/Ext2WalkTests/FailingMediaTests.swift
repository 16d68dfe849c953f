import SystemPackage
import Testing

@testable import Ext2Walk
@testable import ExtCheck
@testable import ExtDisk
@testable import ExtMount
@testable import ExtVolume

/// Disks that fail in the middle: the block is named with the system's words, and the rest is listed.
@Suite(.takes("cc")) struct FailingMediaTests {
  private static let commands = [["ls", "-RA"], ["ls", "-lR", "--checksums"], ["map", "-R"]]

  /// `/d` has three blocks or more; `/e` comes behind it.
  private func image(blockSize: Int) async throws -> (ScratchImage, blocks: [Int]) {
    let filling = String(repeating: "n", count: 200)
    let names = (0..<max(40, blockSize / 90)).map { "d/\(10000 + $0)-" + filling }
    let image = try await ScratchImage(blockSize: blockSize, tree: names + ["e/behind"])
    return (image, try image.positions(ofDirectory: try image.inode(of: "d")))
  }

  @Test(arguments: [1024, 65536], commands)
  func aBlockThatCannotBeReadIsNamed(blockSize: Int, command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: blockSize)
    let whole = try await Command.ext2walk(command + [image.path.string])
    let finished = try await LyingDevice().run(command, image.path.string, .fails, at: blocks[1] + 100)
    #expect(finished.status == 1)
    let words =
      "directory /d (inode \(try image.inode(of: "d"))), block 1 (physical \(blocks[1] / blockSize))"
    #expect(finished.messages.contains(words), "\(finished.messages)")
    #expect(finished.messages.contains("nput/output error at byte "), "\(finished.messages)")
    // What stands in other blocks, and in directories behind this one, is there.
    #expect(finished.lines.count > whole.lines.count / 3)
    if command[0] == "ls" { #expect(finished.text.contains("/e/behind")) }
  }

  /// Inodes are read by the dozen where neighbours are asked for: those beside a bad sector are there all the same.
  @Test func aBadSectorOfAnInodeTableCostsItsInodes() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: (100..<200).map { "file-\($0)" })
    let inode = try image.inode(of: "file-150")
    let position = try await image.position(ofInode: inode)
    let whole = try await Command.ext2walk(["ls", "-lU", image.path.string])
    let device = try await LyingDevice()
    let finished = try await device.run(["ls", "-lU"], image.path.string, .fails, at: position + 3)
    #expect(finished.status == 1)
    // A failing disk is tried again for seconds each time: by each of two threads once with neighbours, then alone.
    #expect((1...4).contains(device.failureCount), "\(device.failureCount)")
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
    let inode = Int(try image.inode(of: "file-150"))
    let size = Int(try image.number(at: 1024 + 0x58) & 0xFFFF)
    let position = try await image.position(ofInode: UInt32(inode))
    let (before, behind) = (position % 4096 / size, (4095 - position % 4096) / size)
    let device = try await LyingDevice()
    let finished = try await device.run(["verify"], image.path.string, .fails, at: position + 3)
    #expect(finished.status == 1)
    // In one large piece, and in a small one.
    #expect(device.failureCount == 2, "\(device.failureCount)")
    let unread = finished.lines.filter { $0.contains("inode-table-unreadable") }
    #expect(unread.count == 1)
    let words = "inodes \(inode - before) to \(inode + behind): Input/output error"
    #expect(unread.first?.contains(words) == true, "\(words): \(unread)")
  }

  /// Where a bad page and the end of the image are next to each other, each is what is said of its inodes.
  @Test func aBadPageAtTheEndOfAnImage() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: (100..<200).map { "file-\($0)" })
    let position = try await image.position(ofInode: try image.inode(of: "file-150"))
    let page = position / 4096 * 4096
    _ = try await Command.run("truncate", ["-s", "\(page + 4096)", image.path.string])
    let finished = try await LyingDevice().run(["verify"], image.path.string, .fails, at: page)
    let unread = finished.lines.filter { $0.contains("inode-table-unreadable") }
    #expect(unread.count == 2, "\(unread)")
    #expect(unread.first?.contains("Input/output error at byte \(page)") == true, "\(unread)")
    #expect(unread.last?.contains("behind the end of the image") == true, "\(unread)")
  }

  @Test(arguments: commands + [["verify"]]) func aDeviceThatVanishes(command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: 4096)
    let finished = try await LyingDevice().run(command, image.path.string, .vanishes, at: blocks[1] + 100)
    #expect(finished.status == 1)
    let said = finished.messages + finished.text
    #expect(said.contains("block 1 (physical \(blocks[1] / 4096))"), "\(said.prefix(2000))")
    #expect(said.contains("No such device"), "\(said.prefix(2000))")
  }

  @Test(arguments: commands + [["verify", "--quiet"], ["info"]])
  func shortReadsAreGoneOnWith(command: [String]) async throws {
    let (image, _) = try await image(blockSize: 1024)
    let whole = try await Command.ext2walk(command + [image.path.string])
    let finished = try await LyingDevice().run(command, image.path.string, .readsShort)
    #expect(finished.status == whole.status)
    // How long mapping took is never the same.
    if command[0] != "map" { #expect(finished.text == whole.text) }
    #expect(finished.lines.count == whole.lines.count && finished.messages == whole.messages)
  }

  @Test(arguments: commands + [["verify"]]) func aFileThatIsCutWhileItIsRead(command: [String]) async throws {
    let (image, blocks) = try await image(blockSize: 4096)
    let finished = try await LyingDevice().run(command, image.path.string, .truncates, at: blocks[1] + 8)
    #expect(finished.status == 1)
    let said = finished.messages + finished.text
    #expect(said.contains("lies behind the end of the image"), "\(said.prefix(2000))")
  }

  @Test(arguments: commands + [["verify"]]) func withoutFilesInMemory(command: [String]) async throws {
    let (image, _) = try await image(blockSize: 4096)
    let finished = try await LyingDevice().run(command, image.path.string, .hasNoMemoryFiles)
    #expect(finished.status == 2)
    #expect(
      finished.messages.contains("memfd_create") && finished.messages.contains("Function not implemented"),
      "\(finished.messages)")
    #expect(finished.text.isEmpty)
  }

  /// `info` doesn't take what can't be read for what isn't there.
  @Test func aSuperblockThatCannotBeRead() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["a"], blocks: 15000)
    let finished = try await LyingDevice().run(["info"], image.path.string, .fails, at: 1500)
    #expect(finished.status == 1)
    #expect(finished.messages.contains("reading the superblock: Input/output error"), "\(finished.messages)")
    #expect(finished.text.contains("--superblock 8193"), "\(finished.text)")

    let small = try await ScratchImage(blockSize: 1024, tree: ["a"])
    let nothing = try await LyingDevice().run(["info"], small.path.string, .fails, at: 1500)
    #expect(nothing.status == 2 && nothing.messages.contains("Input/output error"), "\(nothing.messages)")
    let listed = try await LyingDevice().run(["ls"], small.path.string, .fails, at: 1500)
    #expect(listed.status == 2 && listed.messages.contains("Input/output error"), "\(listed.messages)")
    #expect(listed.messages.contains("ddrescue"), "\(listed.messages)")
  }

  /// The same of a whole disk: its table, a partition's start, the chain of its logical partitions.
  @Test func aDiskThatCannotBeReadInPlaces() async throws {
    let disk = try await DiskTests.Disk(DiskTests.logical)
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    try await disk.put(image.path.string, at: 22528 * 512)
    let device = try await LyingDevice()

    // Nobody knows what is in partition 1: the other is not all there is.
    let superblock = (1 << 20) + 1024
    let words = "partition 1 can't be read: Input/output error at byte \(superblock)"
    for command in ["info", "ls", "map", "verify"] {
      let finished = try await device.run([command], disk.path, .fails, at: superblock + 7)
      #expect(finished.status == 1 && finished.messages.contains(words), "\(finished.messages)")
      if command != "info" { #expect(finished.messages.contains("the only one that was found")) }
    }
    let listed = try await device.run(["ls"], disk.path, .fails, at: superblock)
    #expect(listed.text == "lost+found\nwithin\n")
    // Whoever asks for the other one is not kept from it.
    for command in ["ls", "info"] {
      let chosen = try await device.run([command, "--partition", "5"], disk.path, .fails, at: superblock)
      #expect(chosen.status == 0 && chosen.messages.isEmpty, "\(chosen.messages)")
    }
    for position in [superblock, 1 << 20] {
      let refused = try await device.run(["ls", "--partition", "1"], disk.path, .fails, at: position)
      #expect(refused.status == 2)
      #expect(
        refused.messages.contains("reading partition 1: Input/output error at byte \(position)")
          && refused.messages.contains("ext2walk info --partition 1"), "\(refused.messages)")
    }
    let nothing = try await device.run(["info", "--partition", "1"], disk.path, .fails, at: superblock)
    #expect(nothing.status == 2 && nothing.messages.contains("Input/output error"), "\(nothing.messages)")
    // Where the superblock can be read and is none, it doesn't matter what else there is: but that is not "zeroes".
    for command in ["info", "ls"] {
      let other = try await device.run([command], disk.path, .fails, at: (1 << 20) + 3000)
      #expect(other.status == 0 && !other.messages.contains("can't be read"), "\(other.messages)")
      if command == "info" {
        #expect(other.text.contains("unknown contents (type 83); Input/output error at byte \(1 << 20)"))
      }
    }

    for command in ["ls", "info"] {
      let table = try await device.run([command, "--partition", "5"], disk.path, .fails, at: 100)
      #expect(
        table.status == 2 && table.messages.contains("Input/output error at byte 0"), "\(table.messages)")
    }

    // The second link, behind the first logical partition.
    let second = (22528 + 16384) * 512
    for position in [20480 * 512, second] {
      let chain = try await device.run(["info"], disk.path, .fails, at: position + 100)
      #expect(chain.status == 1)
      let words = "breaks off at byte \(position) (Input/output error)"
      #expect(chain.messages.contains(words), "\(position): \(chain.messages)")
    }
  }

  /// A boot block is not a superblock.
  @Test func aBootBlockThatCannotBeRead() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    for command in ["info", "ls"] {
      let finished = try await LyingDevice().run([command], image.path.string, .fails, at: 100)
      #expect(finished.status == 0 && finished.messages.isEmpty, "\(finished.messages)")
    }
    // Nor does it keep the backups from being found.
    let large = try await ScratchImage(blockSize: 1024, tree: ["within"], blocks: 15000)
    try large.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let finished = try await LyingDevice().run(["info"], large.path.string, .fails, at: 100)
    #expect(finished.status == 1)
    #expect(finished.messages.contains("the first superblock is gone"), "\(finished.messages)")
  }

  /// The table of a GPT, its entries, and the sector before it.
  @Test func aGPTThatCannotBeRead() async throws {
    let disk = try await DiskTests.Disk(DiskTests.gpt)
    let image = try await ScratchImage(blockSize: 1024, tree: ["within"])
    try await disk.put(image.path.string, at: 1 << 20)
    let device = try await LyingDevice()
    for position in [512, 1024 + 20] {
      let finished = try await device.run(["ls"], disk.path, .fails, at: position)
      #expect(finished.status == 0 && finished.text == "lost+found\nwithin\n", "\(finished.messages)")
      let words = "its first partition table can't be read (Input/output error at byte"
      #expect(finished.messages.contains(words), "\(finished.messages)")
      let info = try await device.run(["info"], disk.path, .fails, at: position)
      #expect(info.status == 1 && info.messages.contains(words), "\(info.messages)")
    }
    // Of zeroes nobody knows whether all were zeroes.
    let wiped = try await DiskTests.Disk(DiskTests.gpt)
    try wiped.patch(at: 0, [UInt8](repeating: 0, count: 64 << 20))
    for (position, words) in [(-1, "nothing but zeroes"), ((1 << 16) + 66, "Input/output error at byte ")] {
      let refused = try await device.run(["ls"], wiped.path, .fails, at: position)
      #expect(refused.status == 2 && refused.messages.contains(words), "\(refused.messages)")
    }
    // Without its first sector the first GPT serves. Without both, the backup may be what an MBR left over.
    #expect(try await device.run(["info"], disk.path, .fails, at: 0).status == 0)
    try disk.patch(at: 512, [0])
    let finished = try await device.run(["ls"], disk.path, .fails, at: 0)
    #expect(finished.status == 1 && finished.text == "lost+found\nwithin\n")
    #expect(finished.messages.contains("its first sector can't be read"), "\(finished.messages)")
    #expect(finished.messages.contains("this one is out of date"), "\(finished.messages)")
  }
}
