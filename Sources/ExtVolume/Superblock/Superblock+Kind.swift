import Basics
import FolioCore

/// What a file system is, for people: which of the three, what it is called, what happened to it.
extension Superblock {
  package enum Checksum: Equatable {
    case none
    /// crc32c, and right.
    case right
    /// crc32c, and wrong.
    case wrong
    case unknown(type: UInt8)
  }

  /// Which of the three it is, by what it takes, as `blkid` tells: `ext2`, `ext3` or `ext4`; `jbd` for a journal device.
  package var type: String {
    if isJournalDevice { return "jbd" }
    let old = FeatureBit.filetype.bit | FeatureBit.needsRecovery.bit | FeatureBit.metaGroups.bit
    let oldReadOnly = FeatureBit.sparseSuper.bit | FeatureBit.largeFile.bit | FeatureBit.treeDirectories.bit
    if featureBits.incompatible & ~old != 0 || featureBits.readOnlyCompatible & ~oldReadOnly != 0 {
      return "ext4"
    }
    return journal == .none ? "ext2" : "ext3"
  }

  /// Whether it is the journal of another file system, on a device of its own, which has neither groups nor inodes.
  var isJournalDevice: Bool { featureBits.contains(.journalDevice) }

  package var label: [UInt8] { text(at: Field.label, count: 16) }
  /// Where it was mounted last.
  package var lastMountedOn: [UInt8] { text(at: Field.lastMountedOn, count: 64) }

  /// As `blkid` writes it; nil where it is all zeroes.
  package var uuid: String? {
    let bytes = bytes(at: Field.uuid, count: 16)
    guard bytes.contains(where: { $0 != 0 }) else { return nil }
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }

  /// The block group that this copy of the superblock says it stands in: 0 for the first.
  package var groupNumber: UInt16 { number(at: Field.groupNumber) }

  /// Whether it was unmounted, or had no journal to lose.
  package var isClean: Bool { number(at: Field.state, as: UInt16.self) & 1 != 0 }
  /// Whether a kernel or e2fsck found errors that nobody mended.
  package var hasErrors: Bool { number(at: Field.state, as: UInt16.self) & 2 != 0 }
  /// How many errors the kernel counted.
  package var errorCount: UInt32 { number(at: Field.errorCount) }
  package var mountCount: UInt16 { number(at: Field.mountCount) }

  /// When something was done; nil for never.
  package var created: Timestamp? { time(at: Field.created, high: Field.createdHigh) }
  package var lastMounted: Timestamp? { time(at: Field.lastMounted, high: Field.lastMountedHigh) }
  package var lastWritten: Timestamp? { time(at: Field.lastWritten, high: Field.lastWrittenHigh) }
  package var lastChecked: Timestamp? { time(at: Field.lastChecked, high: Field.lastCheckedHigh) }

  /// The mount options that it asks for itself.
  package var mountOptions: DefaultMountOptions {
    DefaultMountOptions(
      bytes(at: Field.mountOptions, count: 64), flags: number(at: Field.defaultMountOptions),
      hasProjects: featureBits.contains(.project), hasEncryption: featureBits.contains(.encrypt))
  }

  package var checksum: Checksum {
    guard hasChecksums else { return .none }
    let type: UInt8 = number(at: Field.checksumType)
    guard type == 1 else { return .unknown(type: type) }
    // All of it but the checksum itself, which is last.
    var sum = Crc32c(seed: ~0)
    sum.add(bytes(at: 0, count: Field.checksum).raw)
    return sum.value == number(at: Field.checksum) ? .right : .wrong
  }

  /// Whether both are of a file system that is laid out in the same way, and nothing is wrong with either.
  package func hasLayout(of other: Superblock) -> Bool {
    impossibleValues.isEmpty && other.impossibleValues.isEmpty && uuid == other.uuid
      && featureBits == other.featureBits && blockSize == other.blockSize && blockCount == other.blockCount
      && groupCount == other.groupCount && inodeSize == other.inodeSize && inodeCount == other.inodeCount
      && descriptorSize == other.descriptorSize
  }

  /// Up to the first zero.
  private func text(at field: Int, count: Int) -> [UInt8] {
    Array(bytes(at: field, count: count).prefix { $0 != 0 })
  }

  /// A time: seconds since 1970, of 40 bits and without a sign.
  private func time(at field: Int, high: Int) -> Timestamp? {
    let seconds =
      UInt64(number(at: field, as: UInt32.self)) | UInt64(number(at: high, as: UInt8.self)) << 32
    return seconds == 0 ? nil : Timestamp(superblockSeconds: seconds)
  }
}

extension Timestamp {
  fileprivate init(superblockSeconds: UInt64) {
    seconds = Int64(superblockSeconds)
    nanoseconds = 0
  }
}
