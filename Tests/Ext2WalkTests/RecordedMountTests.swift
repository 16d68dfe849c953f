import SystemPackage
import Testing

@testable import Ext2Walk

/// What `info` says of ext4 in Linux 6.19 and later, against what Linux 7.2.13 (x86, pages of 4 KiB) did with file systems made
/// in the same way: mounted read-write, read-only, or neither, by whichever of `rw`, `ro` and `ro,noload` does most.
@Suite struct RecordedMountTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is given to mke2fs beside the block size.
    var options: [String] = []
    /// As debugfs takes them; or, with a `tune2fs ` before it, as that does.
    var changes: [String] = []
    let mounts: String
    var testDescription: String { name }

    init(_ name: String, _ options: [String] = [], _ changes: [String] = [], _ mounts: String = "readWrite") {
      self.name = name
      self.options = options
      self.changes = changes
      self.mounts = mounts
    }

    static func features(_ features: String, _ mounts: String = "readWrite") -> Row {
      Row(features, ["-O", features], [], mounts)
    }

    /// Where the file system has no journal.
    static func bare(_ change: String, _ mounts: String = "readWrite") -> Row {
      Row("no journal, \(change)", ["-O", "^has_journal"], [change], mounts)
    }

    static func changed(_ change: String, _ mounts: String = "readWrite") -> Row {
      Row(change, [], [change], mounts)
    }

    static func mountOptions(_ options: String, _ mounts: String = "readWrite") -> Row {
      changed("ssv mount_opts \(options)", mounts)
    }
  }

  static let rows: [Row] = [
    Row("as mke2fs makes it"), .features("^has_journal"), .features("bigalloc"), .features("encrypt", "no"),
    .features("verity"), .features("casefold"), .features("encrypt,casefold", "no"),
    .features("encrypt,stable_inodes", "no"), .features("quota"), .features("quota,project"),
    .features("project"), .features("^64bit"), .features("meta_bg,^resize_inode"), .features("inline_data"),
    .features("ea_inode"), .features("stable_inodes"), .features("sparse_super2"), .features("mmp"),
    .features("fast_commit"), .features("orphan_file"), .features("large_dir"),
    .features("metadata_csum_seed"), .features("uninit_bg,^metadata_csum"), .features("^flex_bg"),
    Row("inodes of 128 bytes", ["-I", "128"]), Row("inodes of 4096 bytes", ["-I", "4096"]),
    Row("ext2", ["-t", "ext2"]), Row("ext3", ["-t", "ext3"]),
    .changed("tune2fs -o journal_data"), .changed("tune2fs -o journal_data_writeback"),
    .changed("feature orphan_present"), .changed("ssv state 0"), .changed("ssv state 2"),
    .bare("feature needs_recovery"), .changed("feature FEATURE_C30"),
    .changed("feature FEATURE_R30", "readOnly"),
    .changed("feature FEATURE_I30", "no"), .changed("feature dirdata", "no"),
    .changed("feature compression", "no"), .changed("feature FEATURE_R7", "readOnly"),
    .changed("feature replica", "readOnly"), .changed("feature read-only", "readOnly"),
    .changed("feature shared_blocks", "readOnly"),
    // A journal on a device that isn't there.
    Row("external journal", [], ["ssv journal_inum 0", "ssv journal_dev 0x7f0"], "readOnly"),
    Row(
      "external journal, to be replayed", [],
      ["ssv journal_inum 0", "ssv journal_dev 0x7f0", "feature needs_recovery"], "readOnly"),
    Row("neither inode nor device", [], ["ssv journal_inum 0", "ssv journal_uuid clear"], "readOnly"),
    .mountOptions("data=journal"), .mountOptions("dax", "no"), .mountOptions("inlinecrypt"),
    .mountOptions("dioread_lock"), .mountOptions("bogus_option"), .mountOptions("commit=30"),
    .mountOptions("journal_path=/dev/vda", "readOnly"), .mountOptions("journal_dev=0x701", "readOnly"),
    .mountOptions("journal_async_commit", "no"), .mountOptions("data=journal,delalloc", "no"),
    .bare("ssv mount_opts commit=30", "no"), .bare("ssv mount_opts journal_checksum", "no"),
    .bare("ssv mount_opts bogus_option,commit=30"),
    Row("an unknown encoding", ["-O", "casefold"], ["ssv encoding 99"], "no"),
    Row("no encoding", ["-O", "casefold"], ["ssv encoding 0"], "no"),
    Row("a strict encoding", ["-O", "casefold", "-E", "encoding=utf8,encoding_flags=strict"]),
    Row("quota of users in inode 11", ["-O", "quota"], ["ssv usr_quota_inum 11"], "readOnly"),
    Row("no quota of users", ["-O", "quota"], ["ssv usr_quota_inum 0"]),
    Row("quota of groups in inode 3", ["-O", "quota"], ["ssv grp_quota_inum 3"], "readOnly"),
    Row("quota of projects in no file", ["-O", "quota,project"], ["ssv prj_quota_inum 11"], "readOnly"),
    Row("quota of projects not in use", ["-O", "quota,project"], ["ssv prj_quota_inum 99"], "readOnly"),
    .changed("ssv log_block_size 7", "no"), .changed("ssv log_cluster_size 2", "no"),
    .changed("ssv first_data_block 1", "no"), .changed("ssv blocks_count 4000000", "no"),
    .changed("ssv journal_inum 9", "no"), .changed("ssv checksum_type 5", "no"),
    .changed("ssv reserved_gdt_blocks 65535", "no"), .changed("ssv desc_size 32", "no"),
    .changed("ssv desc_size 2048", "no"), .changed("ssv desc_size 128", "readOnly"),
    Row("hash of version 7", ["-O", "^metadata_csum"], ["zap_block -o 1276 -l 1 -p 7 0"], "no"),
    .changed("ssv last_orphan 12"),
    .changed("ssv want_extra_isize 4000", "no"), .changed("ssv inode_size 192", "no"),
    .changed("ssv blocks_per_group 4000000000", "no"),
  ]

  @Test(arguments: [8192, 65536], rows) func asLinux7213Mounted(_ blockSize: Int, _ row: Row) async throws {
    let scratch = try ScratchDirectory()
    let image = scratch.path.appending("image").string
    let type = row.options.first == "-t" ? [] : ["-t", "ext4"]
    let made = try await Command.run(
      "mke2fs",
      ["-q", "-F", "-b", "\(blockSize)", "-N", "512"] + type + row.options
        + [image, blockSize == 8192 ? "8192" : "3072"])
    try #require(made.status == 0, "\(made.messages)")
    for change in row.changes {
      let before = try await Command.run("sha256sum", [image]).text
      if change.hasPrefix("tune2fs ") {
        _ = try await Command.run(
          "tune2fs", change.split(separator: " ").dropFirst().map(String.init) + [image])
      } else {
        _ = try await Command.run("debugfs", ["-w", "-R", change, image])
      }
      #expect(try await Command.run("sha256sum", [image]).text != before, "\(change) changes nothing")
    }
    let (facts, _) = try await ImageFacts.of(image)
    let kernel = try #require(facts.kernels?.first { $0.largeBlocks && $0.running == nil })
    #expect(kernel.mounts == row.mounts, "\(kernel.reasons)")
    if row.mounts == "no" { #expect(facts.advice?.contains("Linux 6.19") != true, "\(facts.advice ?? "")") }
  }
}
