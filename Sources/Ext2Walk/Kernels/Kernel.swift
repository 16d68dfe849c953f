/// A kernel's driver for ext file systems, as far as mounting goes.
struct Kernel {
  enum Driver: String {
    case ext2
    /// Also mounts ext2 and ext3.
    case ext4
  }

  /// What it is called in a table.
  let name: String
  let driver: Driver
  /// Nil for any: a feature then says since which it is known.
  let version: KernelVersion?
  /// Bytes a page.
  let pageSize: Int
  /// Whether the ext4 driver mounts blocks larger than a page: Linux 6.19, with CONFIG_TRANSPARENT_HUGEPAGE.
  let takesLargeBlocks: Bool
  /// Whether it was built with CONFIG_UNICODE, which `casefold` takes; nil where nobody knows.
  var hasUnicode: Bool?

  /// The kinds of kernels there are, as one who looks for a machine to mount on sorts them.
  static let kinds: [Kernel] = [
    Kernel(
      name: "ext2 driver, pages of 4 KiB", driver: .ext2, version: nil, pageSize: 4096,
      takesLargeBlocks: false),
    Kernel(
      name: "ext4 driver before Linux 6.19, pages of 4 KiB", driver: .ext4, version: nil, pageSize: 4096,
      takesLargeBlocks: false),
    Kernel(
      name: "ext4 driver of Linux 6.19 or later, pages of 4 KiB, with THP", driver: .ext4, version: nil,
      pageSize: 4096, takesLargeBlocks: true),
    Kernel(
      name: "ext2 driver, pages of 64 KiB", driver: .ext2, version: nil, pageSize: 65536,
      takesLargeBlocks: false),
    Kernel(
      name: "ext4 driver, pages of 64 KiB", driver: .ext4, version: nil, pageSize: 65536,
      takesLargeBlocks: false),
  ]
}

/// What a kernel makes of a file system.
struct Verdict: Equatable {
  enum Mount: String {
    case readWrite, readOnly, no
  }

  var mount: Mount
  /// Why not, or not read-write; and what else it takes. None where it simply mounts.
  var reasons: [String]
}

extension Kernel {
  /// Whether this kernel mounts a file system, and why not.
  ///
  /// Mirrors what `ext2_fill_super()` and `ext4_feature_set_ok()`, `ext4_load_super()` and `ext4_check_large_folio()` of
  /// the kernel refuse, as far as a superblock and what it leads to show it.
  ///
  /// - Parameters:
  ///   - faults: what can't be of what the superblock leads to.
  ///   - imageByteCount: how much of the file system there is.
  func verdict(on facts: SuperblockFacts, faults: [Fault] = [], imageByteCount: UInt64) -> Verdict {
    let features = facts.features
    if features.contains(where: { $0.name == "journal_dev" }) {
      return Verdict(mount: .no, reasons: ["this is a journal for another file system, not a file system"])
    }
    var obstacles: [String] = []
    obstacles += lacks(of: features.filter { $0.set == .incompatible })
    if facts.blockSize > pageSize, !takesLargeBlocks {
      obstacles.append("its pages are smaller than the blocks (\(pageSize) < \(facts.blockSize) bytes)")
    }
    obstacles += (facts.faults + faults).filter { fault in
      fault.refusal == .byAll || fault.refusal == .byExt4 && driver == .ext4
    }.map(\.words)
    if driver == .ext4 {
      if facts.blockSize > pageSize, takesLargeBlocks, features.contains(where: { $0.name == "encrypt" }) {
        obstacles.append("encrypt does not go with blocks larger than pages")
      }
      if facts.checksum == .wrong { obstacles.append("the superblock's checksum is wrong") }
      if case .unknown(let type) = facts.checksum {
        obstacles.append("checksums of type \(type) are unknown")
      }
    }
    // The ext2 driver since Linux 6.1.
    if imageByteCount < facts.byteCount { obstacles.append("the image is cut short") }
    if !obstacles.isEmpty { return Verdict(mount: .no, reasons: obstacles) }

    var limits = lacks(of: features.filter { $0.set == .readOnlyCompatible })
    if driver == .ext4 {
      limits += (facts.faults + faults).filter { $0.refusal == .byExt4ToWrite }.map(\.words)
    }
    if facts.revision > 1 { limits.append("it doesn't know revision \(facts.revision)") }
    if driver == .ext4, features.contains(where: { $0.name == "read-only" }) {
      limits.append("it is marked read-only")
    }
    var notes: [String] = []
    if driver == .ext4, facts.journal == .external { notes.append("with its journal's device at hand") }
    let quota = features.filter { ["quota", "project"].contains($0.name) }.map(\.name)
    if driver == .ext4, limits.isEmpty, !quota.isEmpty {
      // Which of these a running kernel has is told nowhere.
      notes.append("with CONFIG_QUOTA and CONFIG_QFMT_V2 (\(quota.joined(separator: ", "))), else read-only")
    }
    if version == nil, let since = leastVersion(features, readWrite: limits.isEmpty) { notes.append(since) }
    return Verdict(mount: limits.isEmpty ? .readWrite : .readOnly, reasons: limits + notes)
  }

  /// Why the driver can't serve features: those that it doesn't know in one sentence, and what is special of others.
  private func lacks(of features: [Feature]) -> [String] {
    var unknown: [String] = []
    var others: [String] = []
    for feature in features {
      switch driver {
      case .ext2 where feature.name == "needs_recovery":
        others.append("it can't replay the journal (needs_recovery)")
      case .ext2:
        if !feature.isKnownToExt2 { unknown.append(feature.name) }
      case .ext4:
        if feature.name == "casefold", hasUnicode == false {
          others.append("it was built without CONFIG_UNICODE, which casefold takes")
        }
        guard let since = feature.since else {
          unknown.append(feature.name)
          continue
        }
        if let version, version < since { unknown.append("\(feature.name) (since Linux \(since))") }
      }
    }
    return (unknown.isEmpty ? [] : ["it doesn't know " + unknown.joined(separator: ", ")]) + others
  }

  /// The Linux that all features take, where that is newer than any of our time.
  private func leastVersion(_ features: [Feature], readWrite: Bool) -> String? {
    guard driver == .ext4 else { return nil }
    let needed = features.filter {
      $0.set == .incompatible || (readWrite && $0.set == .readOnlyCompatible)
    }
    let newest = needed.max { ($0.since ?? KernelVersion(0, 0)) < ($1.since ?? KernelVersion(0, 0)) }
    guard let newest, let since = newest.since, since > KernelVersion(2, 6, 28), !takesLargeBlocks else {
      return nil
    }
    return "from Linux \(since) on (\(newest.name))"
  }
}
