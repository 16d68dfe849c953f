import ExtDisk
import Foundation
import SystemPackage
import Testing
import TextOutput

@testable import ExtVolume
@testable import TestSupport

/// Whole disks: made by sfdisk and fdisk, with file systems of mke2fs in them.
@Suite struct DiskTests {
  /// A disk of 64 MiB with a table.
  final class Disk: Sendable {
    let directory: ScratchDirectory
    var path: String { directory.path.appending("disk.img").string }

    init(sectorSize: Int = 512, _ script: String) async throws {
      directory = try ScratchDirectory()
      let made = try await Command.script(
        """
        truncate -s 64M "$2"
        if [ "$4" = 512 ]; then printf %b "$3" | sfdisk -q "$2"; else printf %b "$3" | fdisk -b "$4" "$2"; fi
        """, [path, script, "\(sectorSize)"])
      try #require(made.status == 0, "\(made.messages)")
    }

    /// Its bytes, for this process to read.
    func source() throws -> FileSource { try FileSource(path: FilePath(path)) }

    /// Puts bytes of a file somewhere.
    func put(_ file: String, at position: Int) async throws {
      let made = try await Command.run(
        "dd",
        [
          "if=\(file)", "of=\(path)", "bs=4096", "seek=\(position)", "oflag=seek_bytes", "conv=notrunc",
          "status=none",
        ])
      try #require(made.status == 0, "\(made.messages)")
    }

    func patch(at position: Int, _ bytes: [UInt8]) throws {
      let file = try FileDescriptor.open(FilePath(path), .readWrite)
      _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(position), bytes) }
    }
  }

  static let logical =
    "label: dos\\nstart=2048,size=16384,type=83\\nstart=20480,size=90000,type=5\\nstart=22528,size=16384,type=83\\nstart=40960,size=16384,type=83\\n"
  static let gpt =
    "label: gpt\\nstart=2048,size=16384,name=boot\\nstart=20480,size=16384,name=\"root äö\"\\nstart=40960,size=16384\\n"

  private func fileSystem(_ name: String) async throws -> ScratchImage {
    try await ScratchImage(blockSize: 1024, tree: ["in-\(name)"], options: ["-L", name])
  }

  /// A partition of which only backups of the superblock are left is found, and what is said to be typed works.
  @Test func aPartitionWhoseFirstSuperblockIsGone() async throws {
    let disk = try await Disk(
      "label: dos\\nstart=2048,size=30000,type=83\\nstart=40960,size=16384,type=83\\n")
    let image = try await ScratchImage(blockSize: 1024, tree: ["saved"], blocks: 15000)
    try image.patch(at: 0, [UInt8](repeating: 0, count: 2048))
    try await disk.put(image.path.string, at: 1 << 20)
    let listed = try await Command.ext2walk(["info", disk.path])
    #expect(listed.status == 1)
    let line = try #require(
      listed.text.firstMatch(of: /Partition 1: backups .* can be read: ext2walk (.*)\n/)?.1, "\(listed.text)")
    #expect(listed.messages.contains("partition 1: the first superblock is gone"), "\(listed.messages)")
    let info = try await Command.script("\"$1\" \(line)", [])
    let command = try #require(info.text.firstMatch(of: /What to do: ext2walk (.*)\n/)?.1, "\(info.text)")
    let found = try await Command.script("\"$1\" \(command)", [])
    #expect(found.status == 0 && found.text.contains("saved\n"), "\(found.messages)")
    let whole = try await Command.script("\"$1\" \(command.replacing("ls ", with: "info "))", [])
    #expect(whole.status == 1 && whole.text.contains("sb=8193"), "\(whole.text)")
    // The same disk further in: what is said to be typed counts from the start of the file.
    let moved = disk.directory.path.appending("moved.img").string
    let copied = try await Command.script(
      "truncate -s 1M \"$3\" && cat \"$2\" >> \"$3\"", [disk.path, moved])
    try #require(copied.status == 0)
    let inner = try await Command.ext2walk(["info", "--offset", "1M", moved])
    let next = try #require(inner.text.firstMatch(of: /can be read: ext2walk (.*)\n/)?.1, "\(inner.text)")
    let last = try await Command.script("\"$1\" \(next)", [])
    let typed = try #require(last.text.firstMatch(of: /What to do: ext2walk (.*)\n/)?.1, "\(last.text)")
    #expect(try await Command.script("\"$1\" \(typed)", []).text.contains("saved\n"), "\(typed)")
  }

  /// An old GPT's backup at the end of a disk that has an MBR now is what remained of it.
  @Test func anMBRBeforeAnOldGPT() async throws {
    let disk = try await Disk(Self.gpt)
    let image = try await fileSystem("new")
    let tail = try await Command.script(
      """
      tail -c 16896 "$2" > "$2.tail" && : > "$2" && truncate -s 64M "$2" \
        && printf 'label: dos\\nstart=2048,size=16384,type=83\\n' | sfdisk -q "$2" \
        && dd if="$2.tail" of="$2" bs=512 seek=$((131072 - 33)) conv=notrunc status=none
      """, [disk.path])
    try #require(tail.status == 0, "\(tail.messages)")
    try await disk.put(image.path.string, at: 1 << 20)
    let (facts, _) = try await ImageFacts.of(disk.path)
    #expect(facts.partitionTable == "mbr" && facts.partitions.count == 1)
    let listed = try await Command.ext2walk(["ls", disk.path])
    #expect(listed.status == 0 && listed.text.contains("in-new\n"), "\(listed.messages)")
  }

  /// A GPT that reads well, and isn't whole: its file system is read, and `info` says what is wrong.
  @Test(arguments: [
    (
      at: 131_071 * 512, words: "the backup of its partition table is damaged or gone",
      advice: "sfdisk --relocate gpt-bak-std"
    ),
    (
      at: 131_039 * 512, words: "the backup of its partition table is damaged or gone",
      advice: "sfdisk --relocate gpt-bak-std"
    ),
    (at: 0, words: "its first sector doesn't say that it has a GPT", advice: nil),
  ]) func aGPTThatIsNotWhole(_ damage: (at: Int, words: String, advice: String?)) async throws {
    let disk = try await Disk(Self.gpt)
    let image = try await fileSystem("boot")
    try await disk.put(image.path.string, at: 1 << 20)
    let whole = try await Command.ext2walk(["info", disk.path])
    #expect(whole.status == 0 && whole.messages.isEmpty, "\(whole.messages)")
    try disk.patch(at: damage.at, [UInt8](repeating: 0, count: 512))
    let info = try await Command.ext2walk(["info", disk.path])
    #expect(info.status == 1 && info.messages.contains(damage.words), "\(info.messages)")
    let listed = try await Command.ext2walk(["ls", disk.path])
    #expect(listed.status == 0 && listed.text.contains("in-boot\n"), "\(listed.messages)")
    #expect(listed.messages.contains(damage.words), "\(listed.messages)")
    // What it says to do mends it: sfdisk can, where the first sector is in order.
    let advised = info.messages.firstMatch(of: /; (sfdisk .*) COPY writes one to a copy\n/).map {
      String($0.1)
    }
    #expect(advised == damage.advice, "\(info.messages)")
    if let advice = damage.advice {
      let mended = try await Command.script("cp \"$2\" \"$2.copy\" && \(advice) \"$2.copy\"", [disk.path])
      #expect(mended.status == 0, "\(mended.messages)")
      #expect(try await Command.ext2walk(["info", disk.path + ".copy"]).status == 0)
    }
  }

  /// A disk that was copied to a larger one and lost its start: the backup stands where the protective MBR says.
  @Test func aGPTOfASmallerDisk() async throws {
    let disk = try await Disk(Self.gpt)
    let image = try await fileSystem("boot")
    try await disk.put(image.path.string, at: 1 << 20)
    let grown = try FileDescriptor.open(FilePath(disk.path), .readWrite)
    try grown.closeAfter { try grown.resize(to: 80 << 20) }
    try disk.patch(at: 512, [UInt8](repeating: 0, count: 512))
    let listed = try await Command.ext2walk(["ls", disk.path])
    #expect(listed.status == 0 && listed.text.contains("in-boot\n"), "\(listed.messages)")
  }

  /// A GPT whose backups say otherwise, or whose header names itself as the backup.
  @Test func aGPTWhoseCopiesDiffer() async throws {
    let disk = try await Disk(Self.gpt)
    let other = try await Disk("label: gpt\\nstart=4096,size=8192\\n")
    let copied = try await Command.script(
      "tail -c 16896 \"$3\" | dd of=\"$2\" bs=512 seek=131039 conv=notrunc status=none",
      [disk.path, other.path])
    try #require(copied.status == 0, "\(copied.messages)")
    let info = try await Command.ext2walk(["info", disk.path])
    #expect(
      info.status == 1 && info.messages.contains("the backup of its partition table says otherwise"),
      "\(info.messages)")
    let file = try FileHandle(forReadingFrom: URL(filePath: disk.path))
    try file.seek(toOffset: 512)
    var header = [UInt8](try #require(try file.read(upToCount: 92)))
    header.replaceSubrange(32..<40, with: [1, 0, 0, 0, 0, 0, 0, 0])
    header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    let checksum = CRC32.of(header)
    header.replaceSubrange(16..<20, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
    try disk.patch(at: 512, header)
    let alone = try await Command.ext2walk(["info", disk.path])
    #expect(
      alone.status == 1 && alone.messages.contains("the backup of its partition table is damaged or gone"),
      "\(alone.messages)")
  }

  /// Where the end is cut off the backup is missed; and where neither table is left it is said what to do.
  @Test func aGPTWithoutBackup() async throws {
    let disk = try await Disk(Self.gpt)
    let cut = try FileDescriptor.open(FilePath(disk.path), .readWrite)
    try cut.closeAfter { try cut.resize(to: 40 << 20) }
    let info = try await Command.ext2walk(["info", disk.path])
    #expect(
      info.status == 1 && info.messages.contains("its partition table would stand after the end"),
      "\(info.messages)")
    try disk.patch(at: 1024, [UInt8](repeating: 0xAA, count: 512))
    let lost = try await Command.ext2walk(["info", disk.path])
    #expect(lost.status == 1 && lost.messages.contains("testdisk looks for where"), "\(lost.messages)")
  }

  /// A file system that its partition doesn't hold is one that no kernel mounts from there.
  @Test func aFileSystemLargerThanItsPartition() async throws {
    let disk = try await Disk("label: dos\\nstart=2048,size=16384,type=83\\n")
    let image = try await ScratchImage(blockSize: 1024, tree: ["in"], blocks: 20000)
    try await disk.put(image.path.string, at: 1 << 20)
    let info = try await Command.ext2walk(["info", disk.path])
    #expect(info.status == 1 && info.text.contains("cut short: 8388608 of 20480000 bytes"), "\(info.text)")
  }

  /// Any bytes come out of a shell as they were.
  @Test(arguments: [
    Array("plain.img".utf8), Array("a b'c\"d$e`f.img".utf8), Array("back\\slash".utf8), Array("-dash".utf8),
    Array("Bäume?.img".utf8), [0x7A, 0xE9], Array("new\nline\u{1B}[1m\u{202E}'".utf8), Array("--x\n".utf8),
  ]) func wordsGoThroughAShell(_ bytes: [UInt8]) async throws {
    let finished = try await Command.script("printf %s \(Escaping.shellWord(bytes))", [])
    let whole = bytes.first == UInt8(ascii: "-") ? Array("./".utf8) + bytes : bytes
    #expect(finished.output == whole, "\(Escaping.shellWord(bytes))")
  }

  /// Names that a shell makes something of are quoted where they are to be typed.
  @Test func whatIsToBeTypedCanBeTyped() async throws {
    let disk = try await Disk(Self.logical)
    let name = disk.directory.path.appending("it's a $disk?.img").string
    for (name, start) in [("one", 1 << 20), ("two", 22528 * 512)] {
      let image = try await fileSystem(name)
      try await disk.put(image.path.string, at: start)
    }
    _ = try await Command.run("mv", [disk.path, name])
    let listed = try await Command.ext2walk(["info", name])
    let command = try #require(
      listed.text.firstMatch(of: /To read partition 1: ext2walk (.*)\n/)?.1, "\(listed.text)")
    let found = try await Command.script("\"$1\" \(command)", [])
    #expect(found.status == 0 && found.text.contains("in-one\n"), "\(command): \(found.messages)")
    let typed = try await Command.ext2walk(["ls", name + "?offset=1M"])
    #expect(typed.text == found.text)
  }

  /// What sfdisk reads is what we read.
  @Test(arguments: [logical, gpt]) func asSfdiskReadsIt(script: String) async throws {
    let disk = try await Disk(script)
    struct Dump: Decodable {
      struct Table: Decodable {
        struct Row: Decodable { let node: String, start, size: Int, type: String, name: String? }
        let label: String
        let sectorsize: Int
        let partitions: [Row]
      }
      let partitiontable: Table
    }
    let theirs = try JSONDecoder().decode(
      Dump.self, from: Data(try await Command.run("sfdisk", ["--json", disk.path]).output)
    ).partitiontable
    let (ours, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.status == 0)
    #expect(ours.partitionTable == (theirs.label == "dos" ? "mbr" : "gpt"))
    #expect(ours.sectorSize == theirs.sectorsize)
    #expect(ours.partitions.map { "\(disk.path)\($0.number)" } == theirs.partitions.map(\.node))
    #expect(ours.partitions.map(\.start) == theirs.partitions.map { $0.start * 512 })
    #expect(ours.partitions.map(\.size) == theirs.partitions.map { $0.size * 512 })
    #expect(ours.partitions.map(\.name) == theirs.partitions.map { $0.name ?? "" })
    for (one, other) in zip(ours.partitions, theirs.partitions) where theirs.label == "gpt" {
      #expect(one.type.uppercased() == other.type)
    }
  }

  /// Sectors of 4096 bytes, as fdisk makes them.
  @Test(arguments: [
    ("gpt", "g\\nn\\n1\\n256\\n+1023\\nn\\n2\\n4096\\n+1023\\nw\\n", [1, 2]),
    (
      "mbr", "o\\nn\\np\\n1\\n256\\n+1023\\nn\\ne\\n2\\n4096\\n+8000\\nn\\nl\\n4352\\n+1023\\nw\\n",
      [1, 2, 5]
    ),
  ])
  func largeSectors(scheme: String, script: String, numbers: [Int]) async throws {
    let disk = try await Disk(sectorSize: 4096, script)
    let image = try await fileSystem("large")
    // Without anything in it, an MBR does not tell how large its sectors are.
    try await disk.put(image.path.string, at: 256 * 4096)
    let (ours, _) = try await ImageFacts.of(disk.path)
    #expect(ours.partitionTable == scheme)
    #expect(ours.sectorSize == 4096)
    #expect(ours.partitions.map(\.number) == numbers)
    let text = try await Command.run("fdisk", ["-b", "4096", "-l", "-o", "Start,Sectors", disk.path]).text
    let rows = text.split(separator: "\n").compactMap { line -> [Int]? in
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      return numbers.count == 2 && line.allSatisfy { $0 == " " || $0.isNumber } ? numbers : nil
    }
    #expect(ours.partitions.map { [$0.start / 4096, $0.size / 4096] } == rows)
    let listed = try await Command.ext2walk(["ls", disk.path])
    #expect(listed.lines.contains("in-large"), "\(listed.messages)")
  }

  @Test(arguments: [logical, gpt]) func theOnlyOneIsTaken(script: String) async throws {
    let disk = try await Disk(script)
    let image = try await fileSystem("only")
    let start = script == Self.logical ? 40960 * 512 : 20480 * 512
    try await disk.put(image.path.string, at: start)
    let number = script == Self.logical ? 6 : 2
    for arguments in [["ls"], ["map"], ["verify"], ["ls", "--partition", "\(number)"]] {
      let finished = try await Command.ext2walk(arguments + [disk.path])
      #expect(finished.status == 0, "\(finished.messages)")
      #expect(finished.messages.contains("partition \(number), the only one") == (arguments.count == 1))
      if arguments[0] == "ls" { #expect(finished.lines == ["in-only", "lost+found"]) }
    }
    let (facts, _) = try await ImageFacts.of(disk.path)
    #expect(facts.label == "only")
    #expect(facts.offset == start)
    let told = try await Command.ext2walk(["info", disk.path])
    #expect(told.text.contains("ext2walk ls '\(disk.path)?offset=\(start)'"), "\(told.text)")
    #expect(try await Command.ext2walk(["ls", "\(disk.path)?offset=\(start)"]).lines.contains("in-only"))
  }

  @Test func ofSeveralOneIsChosen() async throws {
    let disk = try await Disk(Self.gpt)
    for (name, start) in [("one", 2048), ("two", 20480)] {
      let image = try await fileSystem(name)
      try await disk.put(image.path.string, at: start * 512)
    }
    let finished = try await Command.ext2walk(["ls", disk.path])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("choose one by --partition"))
    #expect(
      finished.messages.contains("\n  2 \"root äö\": at byte 10485760, 8.0M, ext2 \"two\""),
      "\(finished.messages)")
    #expect(try await Command.ext2walk(["ls", "--partition", "2", disk.path]).lines.contains("in-two"))
    #expect(try await Command.ext2walk(["info", disk.path]).status == 0)
    for (arguments, words) in [
      (["--partition", "9"], "there is none of that number"), (["--partition", "3"], "Bad magic"),
    ] {
      let refused = try await Command.ext2walk(["ls"] + arguments + [disk.path])
      #expect(refused.status == 2)
      #expect(refused.messages.contains(words), "\(refused.messages)")
    }
    #expect(try await Command.ext2walk(["ls", "--partition", "1", "--offset", "1M", disk.path]).status == 64)
  }

  /// Beside a good partition, one of which only backups are left, or that the image doesn't hold, is not passed over.
  @Test func whatIsBesideAGoodPartition() async throws {
    let disk = try await Disk(
      "label: dos\\nstart=2048,size=30000,type=83\\nstart=40960,size=16384,type=83\\nstart=90000,size=16384,type=83\\n"
    )
    let image = try await ScratchImage(blockSize: 1024, tree: ["lost"], blocks: 15000)
    try image.patch(at: 0, [UInt8](repeating: 0, count: 2048))
    try await disk.put(image.path.string, at: 1 << 20)
    let good = try await fileSystem("good")
    try await disk.put(good.path.string, at: 40960 * 512)
    func expect(_ words: String, _ only: String = "the only one that was found") async throws {
      for command in ["ls", "map", "verify", "info"] {
        let finished = try await Command.ext2walk([command, disk.path])
        #expect(finished.status == 1 && finished.messages.contains(words), "\(command): \(finished.messages)")
        if command != "info" { #expect(finished.messages.contains(only)) }
      }
    }
    try await expect("partition 1: the first superblock is gone")
    #expect(try await ImageFacts.of(disk.path).0.partitionsByBackup == [1])
    #expect(try await Command.ext2walk(["ls", "--partition", "2", disk.path]).status == 0)
    // As long as partition 1 and 2 are.
    try disk.patch(at: 1 << 20, Array(repeating: 0, count: 2))
    _ = try await Command.run("truncate", ["-s", "\((40960 + 16384) * 512)", disk.path])
    try await expect("partition 3 lies after the end of the image")
    _ = try await Command.run("truncate", ["-s", "\((40960 + 10000) * 512)", disk.path])
    let (facts, cut) = try await ImageFacts.of(disk.path)
    #expect(cut.status == 1 && facts.problems.contains("partition 2 goes on after the end of the image"))
    #expect(facts.partitions[1].isExt)
  }

  /// What opens an encrypted disk takes the partition, and not the disk that it is in.
  @Test func anEncryptedPartition() async throws {
    let disk = try await Disk(Self.gpt)
    try disk.patch(at: 2048 * 512, Array("LUKS".utf8) + [0xBA, 0xBE, 0, 2])
    let finished = try await Command.ext2walk(["ls", "--partition", "1", disk.path])
    #expect(finished.status == 2)
    #expect(
      finished.messages.contains("cryptsetup open PARTITION NAME")
        && finished.messages.contains("losetup -rfP \(disk.path)"), "\(finished.messages)")
  }

  @Test func aPartitionWithoutItsFirstSuperblock() async throws {
    let disk = try await Disk("label: gpt\\nstart=2048,size=40000\\n")
    let image = try await ScratchImage(
      blockSize: 1024, tree: ["found"], options: ["-E", "lazy_itable_init=1"],
      blocks: 8192 + 8000)
    try image.patch(at: 0, [UInt8](repeating: 0, count: 2048))
    try await disk.put(image.path.string, at: 2048 * 512)
    let (facts, finished) = try await ImageFacts.of(disk.path, ["--partition", "1"])
    #expect(finished.status == 1)
    let command = try #require(facts.backups.first?.command)
    let listed = try await Command.ext2walk(command.split(separator: " ").dropFirst().map(String.init))
    #expect(listed.lines.contains("found"), "\(command)\n\(listed.messages)")
  }

  @Test func theBackupOfAGPTServes() async throws {
    let disk = try await Disk(Self.gpt)
    let before = try await ImageFacts.of(disk.path).0.partitions
    try disk.patch(at: 512 + 50, [0xFF])
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions == before)
    #expect(finished.status == 1)
    #expect(finished.messages.contains("its first partition table is damaged"))
    // And without that one too it is no GPT any more: what is left is the MBR that guards it.
    try disk.patch(at: (64 << 20) - 512 + 50, [0xFF])
    let (without, said) = try await ImageFacts.of(disk.path)
    #expect(without.partitionTable == "mbr")
    #expect(without.partitions.map(\.type) == ["ee"])
    #expect(without.partitions.map(\.holds) == ["stands for a GPT"])
    #expect(
      said.status == 1 && without.problems.contains { $0.contains("neither that nor its backup is left") })
    let listed = try await Command.ext2walk(["ls", disk.path])
    #expect(
      listed.status == 2 && listed.messages.contains("neither that nor its backup"), "\(listed.messages)")
  }

  /// A disk whose start was wiped still has the table at its end, and a partition's backups of the superblock.
  @Test func aDiskWhoseStartIsWiped() async throws {
    let disk = try await Disk("label: gpt\\nstart=2048,size=60000\\nstart=65536,size=16384\\n")
    let image = try await ScratchImage(blockSize: 1024, tree: ["saved"], blocks: 15000)
    try await disk.put(image.path.string, at: 1 << 20)
    try disk.patch(at: 0, [UInt8](repeating: 0, count: (1 << 20) + 2048))
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.status == 1 && facts.partitionTable == "gpt" && facts.partitionsByBackup == [1])
    let listed = try await Command.ext2walk(
      ["ls", "--partition", "1", "--superblock", "8193", "--block-size", "1024", disk.path])
    #expect(listed.lines == ["lost+found", "saved"], "\(listed.messages)")
    // Without a file system after it either, the table is what there is.
    let empty = try await Disk(Self.gpt)
    try empty.patch(at: 0, [UInt8](repeating: 0, count: 2 << 20))
    let refused = try await Command.ext2walk(["ls", empty.path])
    #expect(refused.status == 2 && refused.messages.contains("a whole disk, and no partition holds"))
    #expect(try await ImageFacts.of(empty.path).0.partitions.count == 3)
  }

  /// A file system that took a whole disk with a GPT, and lost its start.
  @Test func aTableThatOutlivedItsDisk() async throws {
    let disk = try await Disk("label: gpt\\nstart=2048,size=60000\\n")
    let image = try await ScratchImage(blockSize: 1024, tree: ["saved"], blocks: 60000)
    try await disk.put(image.path.string, at: 0)
    try disk.patch(at: 0, [UInt8](repeating: 0, count: 4096))
    let info = try await Command.ext2walk(["info", disk.path])
    let typed = try #require(info.text.firstMatch(of: /What to do: ext2walk (.*)\n/)?.1, "\(info.text)")
    #expect(info.status == 1 && info.messages.contains("the first superblock is gone"), "\(info.messages)")
    #expect(try await Command.script("\"$1\" \(typed)", []).text.contains("saved\n"), "\(typed)")
  }

  /// What an older file system of the whole disk left behind is nothing that is wrong with the disk.
  @Test func aDiskThatHeldAFileSystemBefore() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["old"], blocks: 60000)
    let disk = try await Disk("label: gpt\\nstart=2048,size=60000\\n")
    let table = try readFile(FilePath(disk.path))
    try await disk.put(image.path.string, at: 0)
    try disk.patch(at: 0, Array(table[..<(1 << 15)]))
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.status == 0 && facts.problems.isEmpty && facts.backups.isEmpty, "\(finished.messages)")
  }

  /// What tells how large the sectors of an MBR are may be nothing but backups of a superblock.
  @Test func largeSectorsByABackup() async throws {
    let disk = try await Disk(sectorSize: 4096, "o\\nn\\np\\n1\\n256\\n+8000\\nw\\n")
    let image = try await ScratchImage(blockSize: 1024, tree: ["saved"], blocks: 15000)
    try image.patch(at: 0, [UInt8](repeating: 0, count: 2048))
    try await disk.put(image.path.string, at: 256 * 4096)
    let (facts, _) = try await ImageFacts.of(disk.path)
    #expect(facts.sectorSize == 4096 && facts.partitionsByBackup == [1])
  }

  /// Backups of a larger file system that was in a partition before are not those of the one that is.
  @Test func backupsOfALargerFileSystem() async throws {
    let disk = try await Disk("label: dos\\nstart=2048,size=20000,type=83\\n")
    let large = try await ScratchImage(blockSize: 1024, tree: ["old"], blocks: 30000)
    try await disk.put(large.path.string, at: 1 << 20)
    let small = try await ScratchImage(blockSize: 1024, tree: ["new"], blocks: 8000)
    try await disk.put(small.path.string, at: 1 << 20)
    // Refused by libext2fs.
    try disk.patch(at: (1 << 20) + 1024 + 40, [0, 0, 0, 0])
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.status == 1 && facts.refusal != nil && facts.backups.isEmpty, "\(finished.messages)")
    #expect(facts.advice?.contains("e2fsck") == true)
  }

  /// Backups that the file system can't be opened by are not offered.
  @Test func backupsThatDoNotServe() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["saved"], blocks: 30000)
    for block in [1, 8193, 24577] { try image.patch(at: block * 1024 + 40, UInt32(0)) }
    let (facts, finished) = try await ImageFacts.of(image.path.string)
    #expect(finished.status == 1 && facts.backups.isEmpty && facts.advice?.contains("e2fsck") == true)
    try image.patch(at: 1024, [UInt8](repeating: 0, count: 1024))
    let refused = try await Command.ext2walk(["info", image.path.string])
    #expect(refused.status == 2 && refused.messages.contains("is none that serves"), "\(refused.messages)")
  }

  /// What is wrong with another partition is good to know where one is asked for, and no more.
  @Test func onePartitionIsAskedFor() async throws {
    let disk = try await Disk(Self.logical)
    let image = try await fileSystem("there")
    try await disk.put(image.path.string, at: 1 << 20)
    try disk.patch(at: 20480 * 512 + 446 + 16 + 8, [0, 8, 0, 0])
    for command in ["ls", "info", "verify"] {
      let all = try await Command.ext2walk([command, disk.path])
      let one = try await Command.ext2walk([command, "--partition", "1", disk.path])
      #expect(all.status == 1 && one.status == 0, "\(command): \(one.messages)")
      #expect(one.messages.contains("some may be missing"), "\(one.messages)")
    }
    #expect(try await ImageFacts.of(disk.path, ["--partition", "1"]).0.problems.isEmpty)
  }

  /// What may keep a file system of the disk from being checked is in every report.
  @Test func whatIsLeftOutIsInReports() async throws {
    let disk = try await Disk(Self.logical)
    let image = try await fileSystem("there")
    try await disk.put(image.path.string, at: 1 << 20)
    try disk.patch(at: 20480 * 512 + 446 + 16 + 8, [0, 8, 0, 0])
    let words = "the list of its logical partitions breaks off"
    let json = try await Command.ext2walk(["verify", "--format", "json", disk.path])
    let reported = try ReportedImage.parse(json.output)[0]
    #expect(json.status == 1 && reported.errors == 0 && reported.problems.count == 1)
    #expect(reported.problems.first?.contains(words) == true)
    let junit = try await Command.ext2walk(["verify", "--format", "junit", disk.path])
    let suite = try JUnitReport(parsing: junit.output).suites[0]
    #expect(suite.failed == ["whole-disk"] && suite.failures == 1 && suite.tests == suite.cases.count)
    #expect(suite.text.contains(words))
    let none = try await Command.ext2walk(["verify", "--format", "junit", "--block-size", "4096", disk.path])
    let refused = try JUnitReport(parsing: none.output).suites[0]
    #expect(none.status == 2 && refused.cases == ["examined", "whole-disk"] && refused.tests == 2)
    let text = try await Command.ext2walk(["verify", disk.path, image.path.string])
    #expect(text.text.contains("clean; not all of the disk could be looked at"), "\(text.text)")
    #expect(text.text.contains("2 images: 1 without errors, 1 with errors"), "\(text.text)")
    let whole = try ReportedImage.parse(
      try await Command.ext2walk(["verify", "--format", "json", image.path.string]).output)[0]
    #expect(whole.problems.isEmpty)
  }

  @Test func damagedEntriesOfAGPTAreNotBelieved() async throws {
    let disk = try await Disk(Self.gpt)
    let before = try await ImageFacts.of(disk.path).0.partitions
    try disk.patch(at: 1024 + 32, [0xFF])
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions == before)
    #expect(finished.messages.contains("backup"))
  }

  // MARK: Hostile tables

  /// A chain of logical partitions that leads back to its start, or nowhere: what is there is said, and that some may be
  /// missing. A listing of the only file system that was found is not all there is.
  @Test(arguments: [
    (0, "it leads back there"), (2048, "there is no table"), (UInt32.max, "after the end of the image"),
  ]) func chainsEnd(next: UInt32, words: String) async throws {
    let disk = try await Disk(Self.logical)
    let image = try await fileSystem("there")
    try await disk.put(image.path.string, at: 22528 * 512)
    let link = 20480 * 512 + 446 + 16
    try disk.patch(at: link + 8, (0..<4).map { UInt8(truncatingIfNeeded: next >> (8 * $0)) })
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions.map(\.number) == [1, 2, 5])
    let broken = "breaks off at byte \((20480 + Int(next)) * 512) (\(words)): some may be missing"
    #expect(finished.status == 1 && finished.messages.contains(broken), "\(finished.messages)")
    #expect(facts.problems.contains { $0.contains(broken) })
    for command in ["ls", "verify"] {
      let listed = try await Command.ext2walk([command, disk.path])
      #expect(listed.status == 1 && listed.messages.contains(broken), "\(listed.messages)")
      #expect(listed.messages.contains("partition 5, the only one that was found with"))
    }
    let chosen = try await Command.ext2walk(["ls", "--partition", "5", disk.path])
    #expect(chosen.status == 0 && chosen.lines == ["in-there", "lost+found"], "\(chosen.messages)")
    for command in ["ls", "info"] {
      let refused = try await Command.ext2walk([command, "--partition", "6", disk.path])
      #expect(refused.status == 2, "\(refused.messages)")
      #expect(
        refused.messages.contains("none of that number; the list of its logical partitions breaks off"),
        "\(refused.messages)")
    }
  }

  /// The first link of a chain is there even where no logical partition is; where it isn't, some may be missing.
  @Test func extendedPartitions() async throws {
    let disk = try await Disk("label: dos\\nstart=2048,size=16384,type=83\\nstart=20480,size=90000,type=5\\n")
    let image = try await fileSystem("one")
    try await disk.put(image.path.string, at: 1 << 20)
    let empty = try await Command.ext2walk(["ls", disk.path])
    #expect(empty.status == 0 && empty.messages.contains("the only one with"), "\(empty.messages)")
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.status == 0 && facts.problems.isEmpty)
    #expect(facts.partitions.map(\.holds)[1] == "extended: holds the logical partitions")
    let extended = try await Command.ext2walk(["ls", "--partition", "2", disk.path])
    #expect(
      extended.status == 2 && extended.messages.contains("it is there for the logical partitions in it"))
    try disk.patch(at: 20480 * 512, [UInt8](repeating: 0, count: 512))
    let wiped = try await Command.ext2walk(["ls", disk.path])
    #expect(wiped.status == 1 && wiped.lines == ["in-one", "lost+found"])
    #expect(
      wiped.messages.contains("breaks off at byte \(20480 * 512) (there is no table)"), "\(wiped.messages)")
    // Cut in the middle of the link.
    _ = try await Command.run("truncate", ["-s", "\(20480 * 512 + 100)", disk.path])
    let cut = try await Command.ext2walk(["info", disk.path])
    #expect(cut.status == 1 && cut.messages.contains("(after the end of the image)"), "\(cut.messages)")
  }

  /// No more than 256 partitions are looked at, and that is said.
  @Test func manyPartitions() async throws {
    let lines = (0..<300).map { "start=\(4096 + $0 * 8),size=8" }.joined(separator: "\\n")
    let disk = try await Disk("label: gpt\\ntable-length: 400\\n\(lines)\\n")
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions.count == 256)
    #expect(
      finished.status == 1 && finished.messages.contains("more than 256 partitions"), "\(finished.messages)")
  }

  /// Entries that end before they begin: said once, with their number.
  @Test func impossibleEntries() async throws {
    let disk = try await Disk(Self.gpt)
    var entries = Array(try readFile(FilePath(disk.path))[1024..<1024 + 16384])
    for index in 0..<2 {
      entries.replaceSubrange(index * 128 + 40..<index * 128 + 48, with: [1, 0, 0, 0, 0, 0, 0, 0])
    }
    try disk.patch(at: 1024, entries)
    var header = Array(try readFile(FilePath(disk.path))[512..<1024])
    func put(_ sum: UInt32, at offset: Int) {
      header.replaceSubrange(
        offset..<offset + 4, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
    put(CRC32.of(entries), at: 88)
    put(0, at: 16)
    put(CRC32.of(header[..<92]), at: 16)
    try disk.patch(at: 512, header)
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions.map(\.number) == [3])
    #expect(
      finished.status == 1
        && finished.messages.contains("where partition 1 and 1 others would be can't be: left out"),
      "\(finished.messages)")
  }

  /// A chain of logical partitions that doesn't end is given up.
  @Test func manyLinks() async throws {
    let disk = try await Disk(Self.logical)
    // Each link is at the next sector, counted from the extended partition's start.
    for link in 0..<1030 {
      var sector = [UInt8](repeating: 0, count: 512)
      sector[446 + 4] = 5
      for (offset, value) in [(8, link + 1), (12, 1)] {
        for byte in 0..<4 { sector[446 + offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
      }
      (sector[510], sector[511]) = (0x55, 0xAA)
      try disk.patch(at: (20480 + link) * 512, sector)
    }
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(facts.partitions.map(\.number) == [1, 2])
    #expect(
      finished.status == 1 && finished.messages.contains("(more than 1024 links)"), "\(finished.messages)")
  }

  /// Headers whose checksums are right, with numbers that are not.
  @Test(arguments: [
    (72, UInt64.max), (80, 0xFFFF_FFFF), (80, 0), (84, 0), (84, 0xFFFF_FFFF), (84, 64), (12, 0xFFFF_FFFF),
    (12, 0),
  ])
  func headersAreBounded(offset: Int, value: UInt64) async throws {
    let disk = try await Disk(Self.gpt)
    var header = Array(try readFile(FilePath(disk.path))[512..<1024])
    for index in 0..<(offset == 72 ? 8 : 4) {
      header[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
    header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    let sum = CRC32.of(header[..<92])
    header.replaceSubrange(16..<20, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    try disk.patch(at: 512, header)
    let (facts, finished) = try await ImageFacts.of(disk.path)
    #expect(finished.messages.contains("its first partition table is damaged"))
    #expect(facts.partitions.count == 3)
  }

  @Test func partitionsAfterTheEndAreSaid() async throws {
    let disk = try await Disk(Self.logical)
    _ = try await Command.run("truncate", ["-s", "16M", disk.path])
    let (facts, finished) = try await ImageFacts.of(disk.path)
    // The second link of the chain lies after the end too: who knows what it names?
    #expect(finished.status == 1)
    #expect(finished.messages.contains("breaks off at byte \(38912 * 512)"), "\(finished.messages)")
    #expect(facts.partitions.map(\.number) == [1, 2, 5])
    let refused = try await Command.ext2walk(["ls", "--partition", "6", disk.path])
    #expect(refused.status == 2)
  }

  /// The value that the CRC catalogue gives for the digits 1 to 9.
  @Test func crc32() {
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.of([]) == 0)
  }
}
