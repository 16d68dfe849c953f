import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// Files that are no ext file system: each is named, and what to do is said.
@Suite struct KnownFormatTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    var offset = 0
    let bytes: [UInt8]
    /// How long the file is.
    var byteCount = 1 << 18
    let says, advises: String
    var testDescription: String { "\(name) at \(offset)" }
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private static let onlyExt = "ext2walk reads ext2, ext3 and ext4 only"

  static let cases: [Case] =
    [
      Case(name: "gzip", bytes: [0x1F, 0x8B, 8, 0], says: "a gzip file", advises: "gzip -dk "),
      Case(name: "xz", bytes: [0xFD] + bytes("7zXZ") + [0, 0], says: "an xz file", advises: "xz -dk "),
      Case(name: "zstd", bytes: [0x28, 0xB5, 0x2F, 0xFD], says: "a zstd file", advises: "zstd -dk "),
      Case(name: "bzip2", bytes: bytes("BZh91AY"), says: "a bzip2 file", advises: "bzip2 -dk "),
      Case(name: "zip", bytes: bytes("PK") + [3, 4, 20, 0], says: "a zip archive", advises: "unzip -l "),
      Case(
        name: "7z", bytes: bytes("7z") + [0xBC, 0xAF, 0x27, 0x1C], says: "a 7z archive", advises: "7zz l "),
      Case(name: "rar", bytes: bytes("Rar!") + [0x1A, 7, 1, 0], says: "a rar archive", advises: "unrar l "),
      Case(name: "tar", offset: 257, bytes: bytes("ustar"), says: "a tar archive", advises: "tar -tf "),
      Case(name: "lz4", bytes: [4, 0x22, 0x4D, 0x18], says: "an lz4 file", advises: "lz4 -dk "),
      Case(
        name: "qcow2", bytes: bytes("QFI") + [0xFB, 0, 0, 0, 3], says: "(qcow2)",
        advises: "qemu-img convert -f qcow2 -O raw "),
      Case(name: "VMDK", bytes: bytes("KDMV"), says: "(VMDK)", advises: "-f vmdk"),
      Case(name: "VMDK", bytes: bytes("# Disk DescriptorFile\n"), says: "(VMDK)", advises: "-f vmdk"),
      Case(name: "VDI", offset: 0x40, bytes: [0x7F, 0x10, 0xDA, 0xBE], says: "(VDI)", advises: "-f vdi"),
      Case(name: "VHDX", bytes: bytes("vhdxfile"), says: "(VHDX)", advises: "-f vhdx"),
      Case(name: "VHD", bytes: bytes("conectix"), says: "(VHD)", advises: "-f vpc"),
      Case(
        name: "VHD of fixed size", offset: (1 << 18) - 512, bytes: bytes("conectix"), says: "(VHD)",
        advises: "-f vpc"),
      Case(
        name: "Android", bytes: [0x3A, 0xFF, 0x26, 0xED], says: "an Android sparse image",
        advises: "simg2img "),
      Case(
        name: "LUKS", bytes: bytes("LUKS") + [0xBA, 0xBE, 0, 2], says: "encrypted disk (LUKS)",
        advises: "cryptsetup open"),
      Case(
        name: "BitLocker", offset: 3, bytes: bytes("-FVE-FS-"), says: "(BitLocker)",
        advises: "cryptsetup open"),
      Case(name: "md 1.1", bytes: [0xFC, 0x4E, 0x2B, 0xA9], says: "RAID", advises: "mdadm --assemble"),
      Case(
        name: "md 1.2", offset: 4096, bytes: [0xFC, 0x4E, 0x2B, 0xA9], says: "RAID",
        advises: "mdadm --assemble"),
      Case(
        name: "md 0.90", offset: (1 << 18) - (1 << 16), bytes: [0xFC, 0x4E, 0x2B, 0xA9], says: "RAID",
        advises: "mdadm"),
      Case(
        name: "md 1.0", offset: (1 << 18) - 8192, bytes: [0xFC, 0x4E, 0x2B, 0xA9], says: "RAID",
        advises: "mdadm"),
      Case(name: "NTFS", offset: 3, bytes: bytes("NTFS    "), says: "an NTFS", advises: onlyExt),
      Case(name: "exFAT", offset: 3, bytes: bytes("EXFAT   "), says: "an exFAT", advises: onlyExt),
      Case(name: "FAT32", offset: 82, bytes: bytes("FAT32   "), says: "a FAT", advises: onlyExt),
      Case(name: "FAT16", offset: 54, bytes: bytes("FAT16   "), says: "a FAT", advises: onlyExt),
      Case(name: "XFS", bytes: bytes("XFSB"), says: "an XFS", advises: onlyExt),
      Case(name: "Btrfs", offset: 0x10040, bytes: bytes("_BHRfS_M"), says: "a Btrfs", advises: onlyExt),
      Case(name: "ISO 9660", offset: 0x8001, bytes: bytes("CD001"), says: "(ISO 9660)", advises: onlyExt),
      Case(name: "F2FS", offset: 1024, bytes: [0x10, 0x20, 0xF5, 0xF2], says: "an F2FS", advises: onlyExt),
      Case(
        name: "ReiserFS", offset: 0x10034, bytes: bytes("ReIsEr2Fs"), says: "a ReiserFS", advises: onlyExt),
      Case(name: "SquashFS", bytes: bytes("hsqs"), says: "a SquashFS", advises: onlyExt),
      Case(name: "EROFS", offset: 1024, bytes: [0xE2, 0xE1, 0xF5, 0xE0], says: "an EROFS", advises: onlyExt),
      Case(name: "JFS", offset: 0x8000, bytes: bytes("JFS1"), says: "a JFS", advises: onlyExt),
      Case(name: "HFS+", offset: 1024, bytes: bytes("H+"), says: "an HFS+", advises: onlyExt),
      Case(name: "APFS", offset: 32, bytes: bytes("NXSB"), says: "an APFS", advises: onlyExt),
      Case(
        name: "ZFS", offset: 0x20000 + 5 * 1024, bytes: [0x0C, 0xB1, 0xBA, 0, 0, 0, 0, 0], says: "a ZFS pool",
        advises: onlyExt),
      Case(
        name: "e2image", bytes: [0x10, 0xB7, 0x2B, 0x7F] + bytes("Ext2 Image 1.0"),
        says: "a metadata file of e2image",
        advises: "debugfs -i "),
      Case(name: "e2undo", bytes: bytes("E2UNDO02"), says: "an undo file", advises: "read the device"),
      Case(
        name: "E01", bytes: bytes("EVF") + [9, 13, 10, 0xFF, 0], says: "an EnCase image (E01)",
        advises: "ewfmount "),
      Case(
        name: "Ex01", bytes: bytes("EVF2") + [13, 10, 0x81, 0], says: "an EnCase image (Ex01)",
        advises: "ewfmount "),
      Case(
        name: "L01", bytes: bytes("LVF") + [9, 13, 10, 0xFF, 0], says: "archive of files (L01)",
        advises: "no file system"),
      Case(name: "AFF", bytes: bytes("AFF10") + [13, 10, 0], says: "an AFF image", advises: "affuse "),
      Case(
        name: "partclone", bytes: bytes("partclone-image"), says: "a partclone image",
        advises: "partclone.restore -W -s "),
      Case(
        name: "fsarchiver", bytes: bytes("FsA0"), says: "an fsarchiver archive", advises: "fsarchiver restfs"),
      Case(
        name: "partimage", bytes: bytes("PaRtImAgE-VoLuMe"), says: "a partimage image",
        advises: "partimage restore"),
      Case(name: "UBI", bytes: bytes("UBI#"), says: "a UBI image", advises: "ubireader_extract_images "),
      Case(name: "uImage", bytes: [0x27, 5, 0x19, 0x56], says: "(uImage)", advises: "dumpimage -l "),
      Case(name: "FIT", bytes: [0xD0, 0x0D, 0xFE, 0xED], says: "(FIT)", advises: "dumpimage -T flat_dt"),
      Case(name: "boot", bytes: bytes("ANDROID!"), says: "an Android boot image", advises: "unpack_bootimg "),
      Case(
        name: "vendor boot", bytes: bytes("VNDRBOOT"), says: "an Android vendor boot image",
        advises: "unpack_bootimg "),
      Case(
        name: "super", offset: 4096, bytes: bytes("gDla"), says: "an Android super image",
        advises: "lpunpack "),
      Case(
        name: "super, first geometry lost", offset: 8192, bytes: bytes("gDla"),
        says: "an Android super image",
        advises: "lpunpack "),
      Case(name: "OTA", bytes: bytes("CrAU"), says: "an OTA payload", advises: "payload-dumper-go "),
      Case(
        name: "SWUpdate",
        bytes: bytes("070702" + String(repeating: "0", count: 104) + "sw-description") + [0],
        says: "a SWUpdate image", advises: "cpio -t -F "),
      Case(
        name: "cpio", bytes: bytes("070701" + String(repeating: "0", count: 104) + "other") + [0],
        says: "a cpio archive", advises: "cpio -t -F "),
      Case(
        name: "bcache", offset: 4096 + 24,
        bytes: [
          0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA, 0x82, 0x65, 0xF5, 0x7F, 0x48, 0xBA, 0x6D, 0x81,
        ], says: "a bcache device", advises: "--offset 8192 "),
      Case(
        name: "dmg", offset: (1 << 18) - 512, bytes: bytes("koly"), says: "an Apple disk image",
        advises: "-f dmg"),
      Case(
        name: "text", bytes: bytes(String(repeating: "ärger\n", count: 100)), byteCount: 700,
        says: "a text file", advises: "give a file"),
      Case(name: "zeroes", bytes: [], says: "nothing but zeroes", advises: "ext2walk info "),
    ]
    + [0, 512, 1024, 1536].map {
      Case(name: "LVM", offset: $0, bytes: bytes("LABELONE"), says: "LVM", advises: "vgchange -ay")
    }
    + [4096, 8192, 16384, 65536].map {
      Case(name: "swap", offset: $0 - 10, bytes: bytes("SWAPSPACE2"), says: "swap space", advises: "no files")
    }

  @Test(arguments: cases) func isNamed(_ each: Case) async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("image")
    var contents = [UInt8](repeating: 0, count: each.byteCount)
    if each.byteCount == 1 << 18, !each.bytes.isEmpty { contents[600] = 0x80 }
    contents.replaceSubrange(each.offset..<each.offset + each.bytes.count, with: each.bytes)
    if each.name == "text" { contents = Array(contents.prefix(each.bytes.count)) }
    try writeFile(file, contents)
    for command in each.name == "zeroes" ? ["ls", "map"] : ["ls", "map", "verify", "info"] {
      let finished = try await Command.ext2walk([command, file.string])
      #expect(finished.status == 2)
      #expect(finished.messages.contains("this is "), "\(finished.messages)")
      #expect(finished.messages.contains(each.says), "\(finished.messages)")
      #expect(finished.messages.contains(each.advises), "\(finished.messages)")
    }
  }

  /// What the programs themselves make is known, and what is advised works.
  @Test(
    .takes("gzip", "xz", "zstd", "bzip2"),
    arguments: [("gzip", ".gz"), ("xz", ".xz"), ("zstd", ".zst"), ("bzip2", ".bz2")])
  func packedImages(program: String, suffix: String) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["in"])
    let packed = image.path.string + suffix
    _ = try await Command.script("\"$2\" -kq \"$3\" && rm \"$3\"", [program, image.path.string])
    let finished = try await Command.ext2walk(["ls", packed])
    let advice = try #require(
      finished.messages.firstMatch(of: /unpack it first: (.*)\n/)?.1, "\(finished.messages)")
    _ = try await Command.script(String(advice), [])
    #expect(try await Command.ext2walk(["ls", image.path.string]).lines.contains("in"))
  }

  /// What e2fsprogs write that isn't a file system; with blocks of 1 KiB a superblock stands in it where one of a file system
  /// would.
  @Test(arguments: [1024, 4096]) func filesOfE2fsprogs(_ blockSize: Int) async throws {
    let image = try await ScratchImage(blockSize: blockSize, tree: ["in"])
    let made = try await Command.script(
      "cd \"$2\" && e2image image.img meta && e2image -r image.img raw && tune2fs -z undo -L new image.img",
      [image.directory.path.string])
    try #require(made.status == 0, "\(made.messages)")
    for (name, says) in [("meta", "a metadata file of e2image"), ("undo", "an undo file of e2fsprogs")] {
      let path = image.directory.path.appending(name).string
      for command in ["ls", "verify", "map", "info"] {
        let finished = try await Command.ext2walk([command, path])
        #expect(finished.status == 2 && finished.messages.contains("this is \(says)"), "\(finished.messages)")
      }
    }
    let raw = image.directory.path.appending("raw").string
    #expect(try await Command.ext2walk(["ls", raw]).lines.contains("in"))
    let inodes = try await Command.script(
      "debugfs -i -R 'stat <2>' \"$2\"", [image.directory.path.appending("meta").string])
    #expect(inodes.text.contains("Type: directory"), "\(inodes.messages)")
  }

  @Test func swap() async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("swap").string
    try #require(try await Command.script("truncate -s 1M \"$2\" && mkswap -q \"$2\"", [file]).status == 0)
    #expect(try await Command.ext2walk(["ls", file]).messages.contains("this is swap space"))
  }

  /// An MBR's format ends a FAT boot sector too.
  @Test func aBootSectorIsNoPartitionTable() async throws {
    let scratch = try ScratchDirectory()
    let file = scratch.path.appending("fat")
    var contents = [UInt8](repeating: 0x41, count: 1 << 16)
    contents.replaceSubrange(54..<62, with: Array("FAT16   ".utf8))
    contents.replaceSubrange(510..<512, with: [0x55, 0xAA])
    try writeFile(file, contents)
    #expect(try await Command.ext2walk(["ls", file.string]).messages.contains("this is a FAT file system"))
  }

  /// A file system comes first, whatever stands before or after it.
  @Test func aFileSystemIsOneWhateverStandsAroundIt() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["in"])
    try image.patch(at: 0, Array("LUKS".utf8) + [0xBA, 0xBE])
    try image.patch(at: 510, [0x55, 0xAA])
    #expect(try await Command.ext2walk(["ls", image.path.string]).lines.contains("in"))
  }
}
