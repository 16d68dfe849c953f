/// A feature by its bit, for those that decide how something is read. The names of all are in ``Feature``.
package struct FeatureBit {
  package let set: Feature.FeatureSet
  package let bit: UInt32

  private init(_ set: Feature.FeatureSet, _ bit: UInt32) {
    self.set = set
    self.bit = bit
  }

  package static var journal: FeatureBit { FeatureBit(.compatible, 0x4) }
  package static var attributes: FeatureBit { FeatureBit(.compatible, 0x8) }
  static var hashedDirectories: FeatureBit { FeatureBit(.compatible, 0x20) }
  package static var fastCommit: FeatureBit { FeatureBit(.compatible, 0x400) }
  package static var orphanFile: FeatureBit { FeatureBit(.compatible, 0x1000) }

  package static var filetype: FeatureBit { FeatureBit(.incompatible, 0x2) }
  package static var needsRecovery: FeatureBit { FeatureBit(.incompatible, 0x4) }
  package static var journalDevice: FeatureBit { FeatureBit(.incompatible, 0x8) }
  static var metaGroups: FeatureBit { FeatureBit(.incompatible, 0x10) }
  package static var extents: FeatureBit { FeatureBit(.incompatible, 0x40) }
  static var wideNumbers: FeatureBit { FeatureBit(.incompatible, 0x80) }
  package static var multiMount: FeatureBit { FeatureBit(.incompatible, 0x100) }
  static var flexibleGroups: FeatureBit { FeatureBit(.incompatible, 0x200) }
  static var attributeInodes: FeatureBit { FeatureBit(.incompatible, 0x400) }
  static var dirdata: FeatureBit { FeatureBit(.incompatible, 0x1000) }
  static var largeDirectories: FeatureBit { FeatureBit(.incompatible, 0x4000) }
  package static var inlineData: FeatureBit { FeatureBit(.incompatible, 0x8000) }
  package static var encrypt: FeatureBit { FeatureBit(.incompatible, 0x10000) }
  package static var casefold: FeatureBit { FeatureBit(.incompatible, 0x20000) }

  static var sparseSuper: FeatureBit { FeatureBit(.readOnlyCompatible, 0x1) }
  static var largeFile: FeatureBit { FeatureBit(.readOnlyCompatible, 0x2) }
  static var treeDirectories: FeatureBit { FeatureBit(.readOnlyCompatible, 0x4) }
  static var hugeFile: FeatureBit { FeatureBit(.readOnlyCompatible, 0x8) }
  package static var extraInodeSize: FeatureBit { FeatureBit(.readOnlyCompatible, 0x40) }
  package static var quota: FeatureBit { FeatureBit(.readOnlyCompatible, 0x100) }
  static var bigalloc: FeatureBit { FeatureBit(.readOnlyCompatible, 0x200) }
  static var metadataChecksums: FeatureBit { FeatureBit(.readOnlyCompatible, 0x400) }
  package static var project: FeatureBit { FeatureBit(.readOnlyCompatible, 0x2000) }
}
