import Basics
package import ExtVolume

/// Bytes that tell what something is, and where they stand.
package struct Magic {
  package let offset: BytePosition
  package let bytes: [UInt8]
  package let format: KnownFormat

  static let raidMagic: [UInt8] = [0xFC, 0x4E, 0x2B, 0xA9]
  static let raidMember = KnownFormat(name: "a member of a RAID array (md)", kind: .raidMember)

  /// What is looked for, in that order: the surer first. See file(1) and blkid(8).
  package static let all: [Magic] = packed + disks + copies + firmware + layers + fileSystems

  /// Metadata of a file system without its blocks, as `e2image` writes it: `struct ext2_image_hdr`. With blocks of 1 KiB a
  /// superblock follows where a file system has its own.
  static let metadataOnly = Magic(
    0, [0x10, 0xB7, 0x2B, 0x7F] + text("Ext2 Image 1.0"), "a metadata file of e2image",
    .metadataOnly)

  private static let packed: [Magic] = [
    Magic(0, [0x1F, 0x8B], "a gzip file", .compressed(by: "gzip")),
    Magic(0, [0xFD] + text("7zXZ") + [0], "an xz file", .compressed(by: "xz")),
    Magic(0, [0x28, 0xB5, 0x2F, 0xFD], "a zstd file", .compressed(by: "zstd")),
    Magic(0, text("BZh"), "a bzip2 file", .compressed(by: "bzip2")),
    Magic(0, [0x04, 0x22, 0x4D, 0x18], "an lz4 file", .compressed(by: "lz4")),
    Magic(0, text("PK") + [3, 4], "a zip archive", .archive(listedBy: "unzip -l")),
    Magic(0, text("7z") + [0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", .archive(listedBy: "7zz l")),
    Magic(0, text("Rar!") + [0x1A, 7], "a rar archive", .archive(listedBy: "unrar l")),
    Magic(257, text("ustar"), "a tar archive", .archive(listedBy: "tar -tf")),
  ]

  private static let disks: [Magic] = [
    Magic(0, text("QFI") + [0xFB], "a virtual disk (qcow2)", .virtualDisk(format: "qcow2")),
    Magic(0, text("KDMV"), "a virtual disk (VMDK)", .virtualDisk(format: "vmdk")),
    Magic(0, text("# Disk DescriptorFile"), "a virtual disk (VMDK)", .virtualDisk(format: "vmdk")),
    Magic(0x40, [0x7F, 0x10, 0xDA, 0xBE], "a virtual disk (VDI)", .virtualDisk(format: "vdi")),
    Magic(0, text("vhdxfile"), "a virtual disk (VHDX)", .virtualDisk(format: "vhdx")),
    Magic(0, text("conectix"), "a virtual disk (VHD)", .virtualDisk(format: "vpc")),
    Magic(0, [0x3A, 0xFF, 0x26, 0xED], "an Android sparse image", .sparseAndroid),
  ]

  /// What programs for backups and forensics write.
  private static let copies: [Magic] = [
    metadataOnly,
    Magic(
      0, text("E2UNDO02"), "an undo file of e2fsprogs (E2UNDO)",
      .other("it holds what was overwritten, not the file system: read the device that it was made for")),
    Magic(
      0, text("EVF") + [9, 13, 10, 0xFF, 0], "an EnCase image (E01)",
      .forensic(mount: "ewfmount", file: "ewf1")),
    Magic(
      0, text("EVF2") + [13, 10, 0x81, 0], "an EnCase image (Ex01)",
      .forensic(mount: "ewfmount", file: "ewf1")),
    Magic(
      0, text("LVF") + [9, 13, 10, 0xFF, 0], "an EnCase archive of files (L01)",
      .other("it holds files and no file system: pyewf or EnCase reads them")),
    Magic(0, text("AFF10") + [13, 10, 0], "an AFF image", .forensic(mount: "affuse", file: "*.raw")),
    Magic(
      0, text("partclone-image"), "a partclone image",
      .other("restore it to a file first: partclone.restore -W -s IMAGE -o disk.img")),
    Magic(
      0, text("FsA0"), "an fsarchiver archive",
      .other(
        "it holds files and no file system: fsarchiver archinfo IMAGE, then fsarchiver restfs to a device")),
    Magic(
      0, text("PaRtImAgE-VoLuMe"), "a partimage image",
      .other(
        "restore it to a device first: losetup makes one of a file, partimage restore DEVICE IMAGE fills it")),
  ]

  /// What devices are flashed with.
  private static let firmware: [Magic] = [
    Magic(
      0, text("UBI#"), "a UBI image of raw flash",
      .other("its volumes seldom hold ext: ubireader_extract_images IMAGE takes them out")),
    Magic(
      0, [0x27, 0x05, 0x19, 0x56], "a U-Boot image (uImage)",
      .other(
        "take out what is in it first: dumpimage -l IMAGE says what, dumpimage -T ramdisk -p 0 -o disk.img IMAGE"
      )),
    Magic(
      0, [0xD0, 0x0D, 0xFE, 0xED], "a U-Boot image (FIT) or a device tree",
      .other(
        "take out what is in it first: dumpimage -l IMAGE says what, dumpimage -T flat_dt -p N -o disk.img IMAGE"
      )),
    Magic(
      0, text("ANDROID!"), "an Android boot image",
      .other("it holds a kernel and a cpio archive, and no file system: unpack_bootimg --boot_img IMAGE")),
    Magic(
      0, text("VNDRBOOT"), "an Android vendor boot image",
      .other("it holds cpio archives, and no file system: unpack_bootimg --boot_img IMAGE")),
    Magic(4096, text("gDla"), "an Android super image (dynamic partitions)", .dynamicPartitions),
    Magic(8192, text("gDla"), "an Android super image (dynamic partitions)", .dynamicPartitions),
    Magic(
      0, text("CrAU"), "an OTA payload",
      .other("take the images out first: payload-dumper-go IMAGE")),
    Magic(110, text("sw-description") + [0], "a SWUpdate image (cpio)", .archive(listedBy: "cpio -t -F")),
    Magic(0, text("070701"), "a cpio archive", .archive(listedBy: "cpio -t -F")),
    Magic(0, text("070702"), "a cpio archive", .archive(listedBy: "cpio -t -F")),
    Magic(0, text("070707"), "a cpio archive", .archive(listedBy: "cpio -t -F")),
  ]

  private static let layers: [Magic] =
    [
      Magic(
        4096 + 24,
        [0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA, 0x82, 0x65, 0xF5, 0x7F, 0x48, 0xBA, 0x6D, 0x81],
        "a bcache device",
        .cached(dataAt: 8192)),
      Magic(0, text("LUKS") + [0xBA, 0xBE], "an encrypted disk (LUKS)", .encrypted),
      Magic(4096, raidMagic, raidMember.name, raidMember.kind),
      Magic(0, raidMagic, raidMember.name, raidMember.kind),
    ]
    + [0, 512, 1024, 1536].map {
      Magic($0, text("LABELONE"), "a physical volume of LVM", .volumeManager)
    }
    + [4096, 8192, 16384, 65536].map {
      Magic(BytePosition($0 - 10), text("SWAPSPACE2"), "swap space", .swap)
    }

  private static let fileSystems: [Magic] =
    [
      file(3, text("NTFS    "), "an NTFS file system"),
      file(3, text("EXFAT   "), "an exFAT file system"),
      Magic(3, text("-FVE-FS-"), "an encrypted disk (BitLocker)", .encrypted),
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
    + (0..<128).flatMap { index -> [Magic] in
      let at: BytePosition = 0x20000 + UInt64(index) * 1024
      return [
        file(at, [0x0C, 0xB1, 0xBA, 0, 0, 0, 0, 0], "a member of a ZFS pool"),
        file(at, [0, 0, 0, 0, 0, 0xBA, 0xB1, 0x0C], "a member of a ZFS pool"),
      ]
    }

  private init(_ offset: BytePosition, _ bytes: [UInt8], _ name: String, _ kind: KnownFormat.Kind) {
    self.offset = offset
    self.bytes = bytes
    format = KnownFormat(name: name, kind: kind)
  }

  private static func file(_ offset: BytePosition, _ bytes: [UInt8], _ name: String) -> Magic {
    Magic(offset, bytes, name, .otherFileSystem)
  }

  private static func text(_ text: StaticString) -> [UInt8] { Array(text.description.utf8) }
}
