/// A feature that a superblock names, and which kernel drivers know it.
package struct Feature: Equatable {
  /// Which of the superblock's three sets its bit is in; a driver that doesn't know it does what is said here.
  package enum FeatureSet: String, CaseIterable {
    /// It makes no difference.
    case compatible = "compat"
    /// It does not mount at all.
    case incompatible = "incompat"
    /// It mounts read-only, and no more.
    case readOnlyCompatible = "ro_compat"

    fileprivate var letter: String {
      switch self {
      case .compatible: "C"
      case .incompatible: "I"
      case .readOnlyCompatible: "R"
      }
    }
  }

  package let set: FeatureSet
  package let bit: UInt32
  /// As `dumpe2fs` and `mke2fs -O` call it.
  package let name: String
  /// Whether the ext2 driver knows it. Of compatible ones no driver need know anything.
  package let isKnownToExt2: Bool
  /// The first Linux whose ext4 driver (before 2.6.28, whose ext2 or ext3 driver) knows it; nil for one that none does.
  package let since: KernelVersion?

  /// The features of a superblock, in the order of its sets and bits; a bit without a name is called as dumpe2fs does.
  package static func named(by sets: FeatureBits) -> [Feature] {
    FeatureSet.allCases.flatMap { set in
      let bits = sets[set]
      return (0..<32).map { UInt32(1) << $0 }.filter { bits & $0 != 0 }.map { bit in
        all.first { $0.set == set && $0.bit == bit }
          ?? Feature(
            set: set, bit: bit, name: "FEATURE_\(set.letter)\(bit.trailingZeroBitCount)",
            isKnownToExt2: false, since: nil)
      }
    }
  }
}

/// The three sets of a superblock, as they stand there.
package struct FeatureBits: Equatable {
  package let compatible: UInt32
  package let incompatible: UInt32
  package let readOnlyCompatible: UInt32

  package static let none = FeatureBits(compatible: 0, incompatible: 0, readOnlyCompatible: 0)

  package func contains(_ feature: FeatureBit) -> Bool { self[feature.set] & feature.bit != 0 }

  package subscript(set: Feature.FeatureSet) -> UInt32 {
    switch set {
    case .compatible: compatible
    case .incompatible: incompatible
    case .readOnlyCompatible: readOnlyCompatible
    }
  }
}

extension Feature {
  /// Versions are those of ext4(5), "KERNEL SUPPORT"; `fast_commit`, `orphan_file` and `read-only`, which it leaves out,
  /// have the kernel that brought them. What the ext2 driver knows is `EXT2_FEATURE_INCOMPAT_SUPP` and
  /// `EXT2_FEATURE_RO_COMPAT_SUPP` of fs/ext2/ext2.h, the same in every version.
  package static let all: [Feature] =
    table(
      .compatible,
      [
        (0x1, "dir_prealloc", true, KernelVersion(2, 2)), (0x2, "imagic_inodes", true, KernelVersion(2, 2)),
        (0x4, "has_journal", true, KernelVersion(2, 4, 15)), (0x8, "ext_attr", true, KernelVersion(2, 6)),
        (0x10, "resize_inode", true, KernelVersion(2, 6, 10)), (0x20, "dir_index", true, KernelVersion(2, 6)),
        (0x40, "lazy_bg", true, nil), (0x100, "snapshot_bitmap", true, nil),
        (0x200, "sparse_super2", true, KernelVersion(3, 16)),
        (0x400, "fast_commit", true, KernelVersion(5, 10)),
        (0x800, "stable_inodes", true, KernelVersion(5, 5)),
        (0x1000, "orphan_file", true, KernelVersion(5, 15)),
      ])
    + table(
      .incompatible,
      [
        (0x1, "compression", false, nil), (0x2, "filetype", true, KernelVersion(2, 2)),
        (0x4, "needs_recovery", false, KernelVersion(2, 4, 15)), (0x8, "journal_dev", false, nil),
        (0x10, "meta_bg", true, KernelVersion(2, 6, 28)), (0x40, "extent", false, KernelVersion(2, 6, 28)),
        (0x80, "64bit", false, KernelVersion(2, 6, 28)), (0x100, "mmp", false, KernelVersion(3, 0)),
        (0x200, "flex_bg", false, KernelVersion(2, 6, 28)), (0x400, "ea_inode", false, KernelVersion(4, 13)),
        (0x1000, "dirdata", false, nil), (0x2000, "metadata_csum_seed", false, KernelVersion(4, 4)),
        (0x4000, "large_dir", false, KernelVersion(4, 13)),
        (0x8000, "inline_data", false, KernelVersion(3, 8)),
        (0x10000, "encrypt", false, KernelVersion(4, 1)), (0x20000, "casefold", false, KernelVersion(5, 2)),
      ])
    + table(
      .readOnlyCompatible,
      [
        (0x1, "sparse_super", true, KernelVersion(2, 2)), (0x2, "large_file", true, KernelVersion(2, 2)),
        (0x4, "btree_dir", true, KernelVersion(2, 6)), (0x8, "huge_file", false, KernelVersion(2, 6, 28)),
        (0x10, "uninit_bg", false, KernelVersion(2, 6, 28)),
        (0x20, "dir_nlink", false, KernelVersion(2, 6, 28)),
        (0x40, "extra_isize", false, KernelVersion(2, 6, 28)), (0x100, "quota", false, KernelVersion(3, 6)),
        (0x200, "bigalloc", false, KernelVersion(3, 2)),
        (0x400, "metadata_csum", false, KernelVersion(3, 18)), (0x800, "replica", false, nil),
        (0x1000, "read-only", false, KernelVersion(4, 0)), (0x2000, "project", false, KernelVersion(4, 5)),
        (0x4000, "shared_blocks", false, nil), (0x8000, "verity", false, KernelVersion(5, 4)),
        (0x10000, "orphan_present", false, KernelVersion(5, 15)),
      ])

  private static func table(_ set: FeatureSet, _ rows: [(UInt32, String, Bool, KernelVersion?)]) -> [Feature]
  {
    rows.map { Feature(set: set, bit: $0.0, name: $0.1, isKnownToExt2: $0.2, since: $0.3) }
  }
}

extension Feature {
  /// The incompatible features that don't keep directories from being read where libext2fs doesn't know them, by their names.
  ///
  /// libext2fs finds group descriptors and inode tables; what says where those are isn't safe to read past, nor is a bit that
  /// nobody has a name for. Why each of these is, and who reads the rest, is in `Words/Feature+Words.swift`.
  package enum ReadPast: String, CaseIterable {
    case compression, dirdata, mmp
    case attributeInodes = "ea_inode"
    case largeDirectories = "large_dir"
    case encrypt, casefold
  }

  /// Which of those it is; nil where directories can't be read without knowing it.
  package var readPast: ReadPast? { self.set == .incompatible ? ReadPast(rawValue: name) : nil }

  /// Those of `bits` that libext2fs, as this was built with it, refuses a file system for.
  static func unknownToLibrary(_ bits: FeatureBits) -> [Feature] {
    named(by: bits).filter { $0.set == .incompatible && $0.bit & Ext2Library.knownIncompatible == 0 }
  }
}
