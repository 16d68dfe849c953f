/// Bytes that tell what something is, and where they stand.
struct Mark {
  let offset: UInt64
  let bytes: [UInt8]
  let signature: Signature

  static let raidMagic: [UInt8] = [0xFC, 0x4E, 0x2B, 0xA9]
  static let raidMember = Signature(name: "a member of a RAID array (md)", kind: .raidMember)

  /// What is looked for, in that order: the surer first. See file(1) and blkid(8).
  static let all: [Mark] = packed + disks + layers + fileSystems

  private static let packed: [Mark] = [
    Mark(0, [0x1F, 0x8B], "a gzip file", .compressed(by: "gzip")),
    Mark(0, [0xFD] + text("7zXZ") + [0], "an xz file", .compressed(by: "xz")),
    Mark(0, [0x28, 0xB5, 0x2F, 0xFD], "a zstd file", .compressed(by: "zstd")),
    Mark(0, text("BZh"), "a bzip2 file", .compressed(by: "bzip2")),
    Mark(0, [0x04, 0x22, 0x4D, 0x18], "an lz4 file", .compressed(by: "lz4")),
    Mark(0, text("PK") + [3, 4], "a zip archive", .archive(listedBy: "unzip -l")),
    Mark(0, text("7z") + [0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", .archive(listedBy: "7zz l")),
    Mark(0, text("Rar!") + [0x1A, 7], "a rar archive", .archive(listedBy: "unrar l")),
    Mark(257, text("ustar"), "a tar archive", .archive(listedBy: "tar -tf")),
  ]

  private static let disks: [Mark] = [
    Mark(0, text("QFI") + [0xFB], "a virtual disk (qcow2)", .virtualDisk(format: "qcow2")),
    Mark(0, text("KDMV"), "a virtual disk (VMDK)", .virtualDisk(format: "vmdk")),
    Mark(0, text("# Disk DescriptorFile"), "a virtual disk (VMDK)", .virtualDisk(format: "vmdk")),
    Mark(0x40, [0x7F, 0x10, 0xDA, 0xBE], "a virtual disk (VDI)", .virtualDisk(format: "vdi")),
    Mark(0, text("vhdxfile"), "a virtual disk (VHDX)", .virtualDisk(format: "vhdx")),
    Mark(0, text("conectix"), "a virtual disk (VHD)", .virtualDisk(format: "vpc")),
    Mark(0, [0x3A, 0xFF, 0x26, 0xED], "an Android sparse image", .sparseAndroid),
  ]

  private static let layers: [Mark] =
    [
      Mark(0, text("LUKS") + [0xBA, 0xBE], "an encrypted disk (LUKS)", .encrypted),
      Mark(4096, raidMagic, raidMember.name, raidMember.kind),
      Mark(0, raidMagic, raidMember.name, raidMember.kind),
    ]
    + [0, 512, 1024, 1536].map {
      Mark($0, text("LABELONE"), "a physical volume of LVM", .volumeManager)
    }
    + [4096, 8192, 16384, 65536].map {
      Mark($0 - 10, text("SWAPSPACE2"), "swap space", .swap)
    }

  private static let fileSystems: [Mark] =
    [
      file(3, text("NTFS    "), "an NTFS file system"),
      file(3, text("EXFAT   "), "an exFAT file system"),
      Mark(3, text("-FVE-FS-"), "an encrypted disk (BitLocker)", .encrypted),
      file(82, text("FAT32"), "a FAT file system"), file(54, text("FAT1"), "a FAT file system"),
      file(0, text("XFSB"), "an XFS file system"), file(0x10040, text("_BHRfS_M"), "a Btrfs file system"),
      file(0x8001, text("CD001"), "a CD or DVD (ISO 9660)"),
      file(0x400, [0x10, 0x20, 0xF5, 0xF2], "an F2FS file system"),
      file(0x10034, text("ReIsEr"), "a ReiserFS file system"),
      file(0x2034, text("ReIsEr"), "a ReiserFS file system"),
      file(0, text("hsqs"), "a SquashFS file system"),
      file(0x400, [0xE2, 0xE1, 0xF5, 0xE0], "an EROFS file system"),
      file(0x8000, text("JFS1"), "a JFS file system"), file(0x400, text("H+"), "an HFS+ file system"),
      file(0x20, text("NXSB"), "an APFS container"),
    ]
    // The first of ZFS' labels has its ring of uberblocks from 128 KiB on, in the byte order of who wrote it.
    + (0..<128).flatMap { index -> [Mark] in
      let at = 0x20000 + UInt64(index) * 1024
      return [
        file(at, [0x0C, 0xB1, 0xBA, 0, 0, 0, 0, 0], "a member of a ZFS pool"),
        file(at, [0, 0, 0, 0, 0, 0xBA, 0xB1, 0x0C], "a member of a ZFS pool"),
      ]
    }

  private init(_ offset: UInt64, _ bytes: [UInt8], _ name: String, _ kind: Signature.Kind) {
    self.offset = offset
    self.bytes = bytes
    signature = Signature(name: name, kind: kind)
  }

  private static func file(_ offset: UInt64, _ bytes: [UInt8], _ name: String) -> Mark {
    Mark(offset, bytes, name, .otherFileSystem)
  }

  private static func text(_ text: StaticString) -> [UInt8] { Array(text.description.utf8) }
}
