import Foundation
import Testing

@testable import TestSupport

/// What `info` says of this machine's kernel, against what that kernel does: file systems with something wrong in what
/// a kernel looks at are mounted, where this machine lets us.
@Suite(.takesMounts, .takesLinux618) struct MountTests {
  static let kinds = [
    ["-t", "ext2", "-b", "1024", "-I", "128"], ["-t", "ext2", "-b", "1024", "-r", "0"],
    ["-t", "ext3", "-b", "1024"],
    ["-t", "ext4", "-b", "1024", "-O", "metadata_csum,meta_bg,^resize_inode," + plain],
    ["-t", "ext4", "-b", "4096", "-O", "^64bit,^metadata_csum,extra_isize," + plain],
    ["-t", "ext4", "-b", "4096", "-O", "bigalloc," + plain, "-C", "65536"], inline,
  ]

  /// Without what only some versions of mke2fs make unasked.
  private static let plain = "^orphan_file,^metadata_csum_seed"
  private static let inline = [
    "-t", "ext4", "-b", "4096", "-O", "inline_data,orphan_file,^metadata_csum_seed",
  ]

  /// As debugfs takes them. Block size and the like are changed in `InfoTests`: nobody takes the rest for a superblock then.
  private static let changes =
    [
      "inodes_count 4294967295", "inodes_count 17", "reserved_gdt_blocks 65535", "reserved_gdt_blocks 256",
      "reserved_gdt_blocks 1000", "reserved_gdt_blocks 0",
      "journal_inum 4294967295", "journal_inum 0", "journal_inum 2", "journal_inum 12", "journal_dev 5",
      "blocks_per_group 0", "blocks_per_group 8", "blocks_per_group 8184", "clusters_per_group 5",
      "inodes_per_group 0", "inodes_per_group 8", "inodes_per_group 100000", "first_data_block 0",
      "first_data_block 1", "first_data_block 2", "first_data_block 4294967", "log_cluster_size 0",
      "log_cluster_size 3", "log_cluster_size 7", "log_cluster_size 40", "inode_size 64", "inode_size 100",
      "inode_size 128", "inode_size 2048", "inode_size 8192", "first_ino 0", "first_ino 12",
      "first_ino 2147483647", "first_ino 2147483648", "min_extra_isize 128", "min_extra_isize 129",
      "want_extra_isize 60000", "log_groups_per_flex 31", "log_groups_per_flex 32", "desc_size 32",
      "desc_size 65", "desc_size 128", "desc_size 2048", "rev_level 0", "rev_level 2", "first_meta_bg 1",
      "first_meta_bg 2", "blocks_count 0", "blocks_count 100", "blocks_count 19000", "blocks_count 30000000",
      "free_blocks_count 4000000000", "r_blocks_count 4000000000", "free_inodes_count 4000000000",
      "checksum_type 7", "creator_os 3", "creator_os 1", "feature_compat 0xffffffff", "feature_ro_compat 2",
      "state 2",
    ].map { "ssv " + $0 } + [
      "feature FEATURE_R31", "feature FEATURE_I31", "feature FEATURE_C31", "feature ^sparse_super",
      "clri <2>", "clri <8>", "clri <11>", "sif <2> mode 0100644", "sif <2> size 0", "sif <2> links_count 0",
      "sif <8> mode 0120777",
      "sif <8> links_count 0", "set_bg 0 inode_table 3", "set_bg 0 block_bitmap 0",
      "set_bg 1 inode_table 9999999",
      "set_bg 1 inode_bitmap 5", "set_bg 1 block_bitmap 18000", "set_bg 0 block_bitmap 100",
      "set_bg 0 inode_bitmap 100", "set_bg 0 inode_table 5",
      // The version of hashes, of file systems of 1 KiB blocks.
      "zap_block -o 252 -l 1 -p 5 1", "zap_block -o 252 -l 1 -p 6 1", "zap_block -o 252 -l 1 -p 7 1",
      "feature bigalloc", "feature ^extents", "feature needs_recovery", "ssv encryption_level 1",
      "ssv log_block_size 7", "ssv log_block_size 40",
      "feature fast_commit", "feature mmp", "feature orphan_file", "feature metadata_csum_seed",
    ]

  /// Mount options in the superblock.
  private static let changesOfOptions = [
    "commit=30", "commit=5", "commit=0x1e", "commit=x", "commit=999999999", "commit=30,commit=0",
    "bogus,commit=30", "commit=30,bogus", "commit=30,noload", "noload", "journal_checksum",
    "journal_async_commit", "journal_async_commit,data=writeback", "journal_async_commit,data=journal",
    "data=journal", "data=journal,delalloc", "delalloc,data=journal", "delalloc,nodelalloc,data=journal",
    "dax", "dax=always", "dax=inode", "dax,data=journal", "journal_dev=0x701", "journal_dev=0",
    "journal_dev=0x701,commit=30", "journal_path=/dev/loop0", "journal_path=/no/such,commit=30",
    "data_err=abort", "data_err=abort,data_err=ignore", "test_dummy_encryption,commit=30",
    "prjquota,commit=30", "journal_ioprio=9,commit=30", "journal_ioprio=7,commit=30", "ro,commit=30",
    "user_xattr,acl,nobarrier,stripe=8,init_itable=10,jqfmt=vfsv1,errors=remount-ro,commit=9",
    "inode_readahead_blks=7,commit=9", "mb_optimize_scan=1,commit=9", "noload,journal_dev=0x701",
    "grpid,debug,discard,lazytime,commit=9",
  ].map { "ssv mount_opts " + $0 }

  /// What is judged otherwise where a mount option in the superblock says so.
  private static let changesUnderOptions = [
    "set_bg 0 inode_table 3", "set_bg 0 block_bitmap 100", "set_bg 1 inode_bitmap 5", "clri <8>",
    "sif <8> links_count 0", "sif <8> block[0] 3", "sif <8> block[5] 3", "sif <8> block[2] 0xffffffff",
    "sif <8> mode 040755", "sif <8> checksum 0", "sif <8> file_acl 0xffffffff", "ssv journal_inum 99999",
    "ssv journal_inum 12", "ssv journal_inum 0", "ssv journal_dev 5", "feature needs_recovery",
  ]

  /// Of the root's inode and the journal's.
  private static let changesOfInodes = [
    "block[0] 0", "block[0] 3", "block[1] 0", "block[1] 1", "block[2] 0xffffffff",
    // Blocks that an ext3 journal has already, or only later.
    "block[2] 514", "block[2] 522",
    "block[3] 5", "block[4] 0", "block[4] 0x8001", "block[5] 3", "block[5] 0xffff", "block[IND] 5",
    "bmap[3] 5", "flags 0",
    "flags 0x80000", "flags 0x10000000", "flags 0x10080000", "flags 0x40080000", "flags 0x280000",
    "mode 0100644", "mode 040755", "mode 010644", "links_count 0", "size 0",
    "flags 0x81000", "flags 0x80800", "checksum 0", "extra_isize 3", "extra_isize 200", "extra_isize 0",
    "file_acl 5", "file_acl 0xffffffff", "file_acl 0x100000000", "size 100", "size 0x7fffffffffff",
  ].flatMap { ["sif <2> " + $0, "sif <8> " + $0] }

  /// Of the head of the journal: where, and how many bytes.
  private static let changesOfJournal = [
    "-o 0 -l 1", "-o 4 -l 4", "-o 7 -l 1", "-o 12 -l 4", "-o 16 -l 4", "-o 20 -l 4", "-o 23 -l 1",
    "-o 28 -l 4", "-o 31 -l 1", "-o 36 -l 4", "-o 39 -l 1", "-o 40 -l 4", "-o 43 -l 1", "-o 44 -l 4",
    "-o 80 -l 1",
    "-o 252 -l 1",
  ].flatMap { place in ["0", "3", "0xff"].map { "zap_block -f <8> \(place) -p \($0) 0" } }

  /// Of the file that lists orphans.
  private static let changesOfOrphans =
    [
      "mode 0", "mode 0120777", "mode 0040755", "links_count 0", "block[4] 0", "block[5] 3", "size 0",
      "size 4", "size 0x200000", "size 0x200001", "size 0x20800", "file_acl 3",
    ].map { "sif <12> " + $0 }
    + [
      "zap_block -f <12> -o 100 -l 1 -p 1 3", "zap_block -f <12> -o 4088 -l 4 -p 0 3",
      "zap_block -f <12> -p 7 31", "ssv orphan_file_inum 2", "ssv orphan_file_inum 99999",
    ]

  /// All that is changed of a file system, each by itself; nothing, too.
  static func changes(of options: [String]) -> [[String]] {
    var changes = Self.changes + Self.changesOfOptions + Self.changesOfInodes
    // debugfs would take the superblock for the journal, where there is none.
    if options[1] != "ext2" { changes += Self.changesOfJournal }
    if options == Self.inline { changes += Self.changesOfOrphans }
    // With mount options in the superblock that change what else is looked at.
    let underOptions = ["noblock_validity", "noload"].flatMap { asked in
      Self.changesUnderOptions.map { ["ssv mount_opts \(asked)", $0] }
    }
    var seen: Set<[String]> = []
    return ([[]] + changes.map { [$0] } + underOptions).filter { seen.insert($0).inserted }
  }

  private static let file = "printf file > file; debugfs -w -R 'write file file' good.img 2> messages"

  /// What a kernel leaves behind in a journal, too.
  private static let used = """
    \(file)
    mount -o loop good.img mnt
    mkdir mnt/many
    (cd mnt/many && touch $(seq 300))
    sync
    rm -r mnt/many
    umount mnt
    """

  static func base(_ options: [String]) -> RecordedMount.Base { .init(options: options, blockCount: 20000) }

  /// The same for what `RecordedMountTests` compares with on every machine.
  static func unused(_ base: RecordedMount.Base) async throws -> ChangedImages {
    try await ChangedImages(base, fill: file)
  }

  @Test(arguments: kinds, [false, true])
  func asThisKernelMounts(_ options: [String], isUsed: Bool) async throws {
    let base = Self.base(options)
    let images = isUsed ? try await ChangedImages(base, fill: Self.used) : try await Self.unused(base)
    let outcomes = try await images.outcomes(of: Self.changes(of: options), mounts: true)
    var counts: [String: Int] = [:]
    let release = try await Command.run("uname", ["-r"]).text
    let version = try #require(release.firstMatch(of: /\d+\.\d+/).map { String($0.0) })
    var found: [[String]: String] = [:]
    for outcome in outcomes {
      let kernel = try #require(outcome.facts.kernels?.last, "\(outcome.changes)")
      let mounts = try #require(outcome.mounts)
      #expect(kernel.running != nil && kernel.mounts == mounts, "\(outcome.changes): \(kernel.reasons)")
      counts[mounts, default: 0] += 1
      found[outcome.changes] = mounts
    }
    let rows = Self.changes(of: options).map {
      RecordedMount(base, $0, mounts: found[$0, default: "unchanged"], kernel: version)
    }
    // Neither is the answer always the same, nor is nothing changed.
    #expect(counts["readWrite", default: 0] > 20 && counts["no", default: 0] > 40, "\(counts)")
    guard !isUsed else { return }
    if ProcessInfo.processInfo.environment["EXT2WALK_RECORD_MOUNTS"] != nil {
      try await MountRecorder.shared.record(rows, of: base)
    } else if version == Self.recorded {
      // `make record-mounts` after a row was added, or mke2fs or the kernel has changed.
      #expect(try RecordedMounts(kernel: Self.recorded).rows(of: base) == rows)
    }
  }

  /// The Linux whose answers `fixtures/mounts` has.
  static let recorded = "6.18"
}

/// Writes what was recorded, one file system after the other.
private actor MountRecorder {
  static let shared = MountRecorder()

  func record(_ rows: [RecordedMount], of base: RecordedMount.Base) throws {
    var file = try RecordedMounts(kernel: MountTests.recorded)
    try file.replace(base, by: rows, order: MountTests.kinds.map(MountTests.base))
  }
}
