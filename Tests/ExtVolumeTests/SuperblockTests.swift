import CExt2fs
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// The one superblock that is read from bytes, against libext2fs' own declarations.
@Suite struct SuperblockTests {
  private typealias Raw = ext2_super_block

  @Test func fieldsStandWhereLibext2fsHasThem() {
    typealias Field = Superblock.Field
    let fields: [(ours: Int, theirs: PartialKeyPath<Raw>)] = [
      (Field.inodeCount, \.s_inodes_count), (Field.blockCount, \.s_blocks_count),
      (Field.reservedBlockCount, \.s_r_blocks_count), (Field.freeBlockCount, \.s_free_blocks_count),
      (Field.freeInodeCount, \.s_free_inodes_count), (Field.firstDataBlock, \.s_first_data_block),
      (Field.logBlockSize, \.s_log_block_size), (Field.logClusterSize, \.s_log_cluster_size),
      (Field.blocksPerGroup, \.s_blocks_per_group), (Field.clustersPerGroup, \.s_clusters_per_group),
      (Field.inodesPerGroup, \.s_inodes_per_group), (Field.lastMounted, \.s_mtime),
      (Field.lastWritten, \.s_wtime), (Field.mountCount, \.s_mnt_count), (Field.magic, \.s_magic),
      (Field.state, \.s_state), (Field.lastChecked, \.s_lastcheck), (Field.creator, \.s_creator_os),
      (Field.revision, \.s_rev_level), (Field.firstInode, \.s_first_ino), (Field.inodeSize, \.s_inode_size),
      (Field.groupNumber, \.s_block_group_nr), (Field.compatible, \.s_feature_compat),
      (Field.incompatible, \.s_feature_incompat), (Field.readOnlyCompatible, \.s_feature_ro_compat),
      (Field.uuid, \.s_uuid), (Field.label, \.s_volume_name), (Field.lastMountedOn, \.s_last_mounted),
      (Field.preallocatedDirectoryBlocks, \.s_prealloc_dir_blocks),
      (Field.reservedDescriptorBlocks, \.s_reserved_gdt_blocks), (Field.journalUUID, \.s_journal_uuid),
      (Field.journalInode, \.s_journal_inum), (Field.journalDevice, \.s_journal_dev),
      (Field.defaultHashVersion, \.s_def_hash_version), (Field.descriptorSize, \.s_desc_size),
      (Field.defaultMountOptions, \.s_default_mount_opts), (Field.firstMetaGroup, \.s_first_meta_bg),
      (Field.created, \.s_mkfs_time), (Field.blockCountHigh, \.s_blocks_count_hi),
      (Field.reservedBlockCountHigh, \.s_r_blocks_count_hi), (Field.freeBlockCountHigh, \.s_free_blocks_hi),
      (Field.leastExtraInodeSize, \.s_min_extra_isize), (Field.wantedExtraInodeSize, \.s_want_extra_isize),
      (Field.multiMountBlock, \.s_mmp_block), (Field.logGroupsPerFlexibleGroup, \.s_log_groups_per_flex),
      (Field.checksumType, \.s_checksum_type), (Field.encryptionLevel, \.s_encryption_level),
      (Field.errorCount, \.s_error_count), (Field.mountOptions, \.s_mount_opts),
      (Field.userQuotaInode, \.s_usr_quota_inum), (Field.groupQuotaInode, \.s_grp_quota_inum),
      (Field.projectQuotaInode, \.s_prj_quota_inum), (Field.lastWrittenHigh, \.s_wtime_hi),
      (Field.lastMountedHigh, \.s_mtime_hi), (Field.createdHigh, \.s_mkfs_time_hi),
      (Field.lastCheckedHigh, \.s_lastcheck_hi), (Field.encoding, \.s_encoding),
      (Field.encodingFlags, \.s_encoding_flags), (Field.orphanFile, \.s_orphan_file_inum),
      (Field.checksum, \.s_checksum),
    ]
    for (ours, theirs) in fields {
      #expect(MemoryLayout<Raw>.offset(of: theirs) == ours, "\(theirs)")
    }
    #expect(MemoryLayout<Raw>.size == Superblock.byteCount)
  }

  /// The names are dumpe2fs', as a test of the table of features has them.
  @Test func featuresAreTheOnesOfThoseNames() {
    let bits: [(FeatureBit, String)] = [
      (.journal, "has_journal"), (.attributes, "ext_attr"), (.hashedDirectories, "dir_index"),
      (.fastCommit, "fast_commit"), (.orphanFile, "orphan_file"), (.filetype, "filetype"),
      (.needsRecovery, "needs_recovery"), (.journalDevice, "journal_dev"), (.metaGroups, "meta_bg"),
      (.extents, "extent"), (.wideNumbers, "64bit"), (.multiMount, "mmp"), (.flexibleGroups, "flex_bg"),
      (.attributeInodes, "ea_inode"), (.dirdata, "dirdata"), (.largeDirectories, "large_dir"),
      (.inlineData, "inline_data"), (.encrypt, "encrypt"), (.casefold, "casefold"),
      (.sparseSuper, "sparse_super"), (.largeFile, "large_file"), (.treeDirectories, "btree_dir"),
      (.hugeFile, "huge_file"), (.extraInodeSize, "extra_isize"), (.quota, "quota"), (.bigalloc, "bigalloc"),
      (.metadataChecksums, "metadata_csum"), (.project, "project"),
    ]
    for (bit, name) in bits {
      #expect(Feature.all.first { $0.set == bit.set && $0.bit == bit.bit }?.name == name, "\(name)")
    }
  }

  /// What is kept and what is computed agrees with what dumpe2fs says of a file system with much in it.
  @Test func itSaysWhatDumpe2fsSays() async throws {
    let image = try await ScratchImage(
      blockSize: 4096, type: "ext4", tree: ["a"],
      options: [
        "-O", "64bit,bigalloc,metadata_csum,quota,project,casefold,mmp,orphan_file", "-C", "65536", "-L",
        "a label", "-I", "512", "-U", "01020304-0506-0708-090a-0b0c0d0e0fab", "-M", "/was/here",
      ], blocks: 40000)
    let said = try await Command.run("dumpe2fs", ["-h", image.path.string]).text
    func value(_ name: String) throws -> String {
      let line = try #require(said.split(separator: "\n").first { $0.hasPrefix(name + ":") }, "\(name)")
      return String(line.dropFirst(name.count + 1)).trimmingPrefix { $0.isWhitespace }.description
    }
    let found = try #require(Superblock(try image.bytes(at: 1024, 1024)))
    #expect(try value("Inode count") == "\(found.inodeCount)")
    #expect(try value("Block count") == "\(found.blockCount)")
    #expect(try value("Reserved block count") == "\(found.reservedBlockCount)")
    #expect(try value("Free blocks") == "\(found.freeBlockCount)")
    #expect(try value("Free inodes") == "\(found.freeInodeCount)")
    #expect(try value("Block size") == "\(found.blockSize)")
    #expect(try value("Cluster size") == "\(found.clusterSize)" && found.allocationSize == 65536)
    #expect(try value("Group descriptor size") == "\(found.descriptorSize)")
    #expect(try value("Blocks per group") == "\(found.blocksPerGroup)")
    #expect(try value("Inodes per group") == "\(found.inodesPerGroup)")
    #expect(try value("First inode") == "\(found.firstInode)")
    #expect(try value("Inode size") == "\(found.inodeSize)")
    #expect(try value("Filesystem UUID") == found.uuid)
    #expect(try value("Filesystem volume name") == String(decoding: found.label, as: UTF8.self))
    #expect(try value("Last mounted on") == String(decoding: found.lastMountedOn, as: UTF8.self))
    #expect(try value("Filesystem features") == found.features.map(\.name).joined(separator: " "))
    #expect(try value("Orphan file inode") == "\(try #require(found.orphanFile))")
    #expect(try value("MMP block number") == "\(try #require(found.multiMountBlock))")
    #expect(try value("User quota inode") == "\(found.quotaInodes[0])")
    #expect(try value("Group quota inode") == "\(found.quotaInodes[1])")
    #expect(try value("Project quota inode") == "\(found.quotaInodes[2])")
    #expect(found.checksum == .right && found.impossibleValues.isEmpty && found.type == "ext4")
    // What a volume goes by is the same, byte for byte.
    let volume = try Volume(MemorySource(try readFile(image.path)))
    #expect(volume.superblock.bytes(at: 0, count: 1024) == found.bytes(at: 0, count: 1024))
  }
}
