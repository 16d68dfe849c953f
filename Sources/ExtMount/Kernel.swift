package import ExtVolume

/// A kernel's driver for ext file systems, as far as mounting goes.
package struct Kernel {
  package enum Driver: String {
    case ext2
    /// Also mounts ext2 and ext3.
    case ext4
  }

  /// What it is called in a table.
  package let name: String
  package let driver: Driver
  /// Nil for any: a feature then says since which it is known.
  package let version: KernelVersion?
  /// Bytes a page.
  package let pageSize: Int
  /// Whether the ext4 driver mounts blocks larger than a page: Linux 6.19, with CONFIG_TRANSPARENT_HUGEPAGE.
  package let takesLargeBlocks: Bool
  /// Whether it was built with CONFIG_UNICODE, which `casefold` takes; nil where nobody knows.
  var hasUnicode: Bool?

  /// The kinds of kernels there are, as one who looks for a machine to mount on sorts them.
  package static let kinds: [Kernel] = [
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
package struct Verdict: Equatable {
  package enum Mount: String {
    case readWrite, readOnly, no
  }

  package var mount: Mount
  /// Why not, or not read-write; and what else it takes. None where it simply mounts.
  package var reasons: [Reason]
  /// Whether it mounts only where its journal is left alone (`noload`).
  package var takesNoload = false
  /// The first Linux that mounts it, where that is newer than any of our time, and the kind of kernel doesn't say so.
  package var since: KernelVersion?

  /// Its sentences are in `Words/Verdict+Words.swift`.
  package enum Reason: Equatable {
    /// It is the journal of another file system.
    case journalDevice
    case obstacle(MountObstacle.Reason)
    /// What only `ro,noload` gets past.
    case withJournal(MountObstacle.Reason)
    /// Features that the driver doesn't know, or that newer ones know.
    case unknownFeatures([UnknownFeature])
    /// It can't replay a journal.
    case needsRecovery
    case withoutUnicode
    /// Bytes a page, and a block.
    case smallPages(Int, blockSize: Int)
    /// Encrypted, with blocks larger than pages.
    case encryptedLargeBlocks
    case superblockChecksum
    case checksumType(UInt8)
    case journalElsewhere
    /// The journal's device may be missing, which only `ro,noload` gets past.
    case journalMayBeElsewhere
    /// Mount options of the superblock that don't go with `noload`.
    case optionsWithNoload([DefaultMountOptions.JournalOption])
    /// The superblock asks for `noload`, and the journal waits to be replayed.
    case noloadWithRecovery
    case truncated
    case revision(UInt32)
    case markedReadOnly
    /// Features for which a kernel has to be built with quotas, to write.
    case takesQuotas([Feature])
    /// The newest of its features, and the Linux that it came with.
    case newestFeature(Feature, since: KernelVersion)
  }

  /// A feature, and since when it is known where this kernel is older.
  package struct UnknownFeature: Equatable {
    package let feature: Feature
    package let since: KernelVersion?
  }
}

extension Kernel {
  /// Whether this kernel mounts a file system, and why not.
  ///
  /// Mirrors what `ext2_fill_super()` and `ext4_feature_set_ok()`, `ext4_load_super()` and `ext4_check_large_folio()` of
  /// the kernel refuse, as far as a superblock and what it leads to show it.
  ///
  /// - Parameters:
  ///   - found: what keeps kernels from mounting, of what the superblock leads to.
  ///   - imageByteCount: how much of the file system there is.
  package func verdict(on facts: Superblock, obstacles found: [MountObstacle] = [], imageByteCount: UInt64)
    -> Verdict
  {
    let features = facts.features
    if features.contains(where: { $0.name == "journal_dev" }) {
      return Verdict(mount: .no, reasons: [.journalDevice])
    }
    // Without a size of blocks nothing else can be told.
    if !facts.hasBlockSize {
      return Verdict(mount: .no, reasons: facts.impossibleValues.map { .obstacle(.superblock($0)) })
    }
    let all = facts.obstacles + found + facts.obstaclesOfMountOptions
    var obstacles: [Verdict.Reason] = []
    obstacles += lacks(of: features.filter { $0.set == .incompatible })
    if facts.blockSize.byteCount > pageSize, !takesLargeBlocks {
      obstacles.append(.smallPages(pageSize, blockSize: facts.blockSize.byteCount))
    }
    obstacles += all.filter { obstacle in
      obstacle.refusal == .byAll || obstacle.refusal == .byExt4 && driver == .ext4
    }.map { .obstacle($0.reason) }
    if driver == .ext4 {
      if facts.blockSize.byteCount > pageSize, takesLargeBlocks,
        features.contains(where: { $0.name == "encrypt" })
      {
        obstacles.append(.encryptedLargeBlocks)
      }
      if facts.checksum == .wrong { obstacles.append(.superblockChecksum) }
      if case .unknown(let type) = facts.checksum { obstacles.append(.checksumType(type)) }
    }
    let loadsJournal = driver == .ext4 && !facts.mountOptions.skipsJournal
    let withJournal =
      loadsJournal ? all.filter { $0.refusal == .byExt4WithJournal }.map(\.reason) : []
    let needsDevice = loadsJournal && facts.journal == .external
    let takesNoload = !withJournal.isEmpty || needsDevice
    let refused = facts.mountOptions.refusedWithoutJournal
    if takesNoload, !refused.isEmpty {
      obstacles += withJournal.map { .obstacle($0) }
      if needsDevice { obstacles.append(.journalElsewhere) }
      obstacles.append(.optionsWithNoload(refused))
    }
    // The ext2 driver since Linux 6.1.
    if imageByteCount < facts.byteCount { obstacles.append(.truncated) }
    if !obstacles.isEmpty { return Verdict(mount: .no, reasons: obstacles) }

    var limits = lacks(of: features.filter { $0.set == .readOnlyCompatible })
    if driver == .ext4 {
      limits += all.filter { $0.refusal == .byExt4ToWrite }.map { .obstacle($0.reason) }
    }
    limits += withJournal.map { .withJournal($0) }
    if needsDevice { limits.append(.journalMayBeElsewhere) }
    if driver == .ext4, facts.mountOptions.skipsJournal, facts.needsRecovery {
      limits.append(.noloadWithRecovery)
    }
    if facts.revision > 1 { limits.append(.revision(facts.revision)) }
    if driver == .ext4, features.contains(where: { $0.name == "read-only" }) {
      limits.append(.markedReadOnly)
    }
    var notes: [Verdict.Reason] = []
    let quota = features.filter { ["quota", "project"].contains($0.name) }
    if driver == .ext4, limits.isEmpty, !quota.isEmpty {
      // Which of these a running kernel has is told nowhere.
      notes.append(.takesQuotas(quota))
    }
    let newest = version == nil ? newestFeature(features, readWrite: limits.isEmpty) : nil
    if let newest, let since = newest.since { notes.append(.newestFeature(newest, since: since)) }
    return Verdict(
      mount: limits.isEmpty ? .readWrite : .readOnly, reasons: limits + notes, takesNoload: takesNoload,
      since: newest?.since)
  }

  /// Why the driver can't serve features: those that it doesn't know in one reason, and what is special of others.
  private func lacks(of features: [Feature]) -> [Verdict.Reason] {
    var unknown: [Verdict.UnknownFeature] = []
    var others: [Verdict.Reason] = []
    for feature in features {
      switch driver {
      case .ext2 where feature.name == "needs_recovery":
        others.append(.needsRecovery)
      case .ext2:
        if !feature.isKnownToExt2 { unknown.append(Verdict.UnknownFeature(feature: feature, since: nil)) }
      case .ext4:
        if feature.name == "casefold", hasUnicode == false {
          others.append(.withoutUnicode)
        }
        guard let since = feature.since else {
          unknown.append(Verdict.UnknownFeature(feature: feature, since: nil))
          continue
        }
        if let version, version < since {
          unknown.append(Verdict.UnknownFeature(feature: feature, since: since))
        }
      }
    }
    return (unknown.isEmpty ? [] : [.unknownFeatures(unknown)]) + others
  }

  /// The feature that takes the newest Linux, where that is newer than any of our time.
  private func newestFeature(_ features: [Feature], readWrite: Bool) -> Feature? {
    guard driver == .ext4, !takesLargeBlocks else { return nil }
    let needed = features.filter {
      $0.set == .incompatible || (readWrite && $0.set == .readOnlyCompatible)
    }
    let newest = needed.max { ($0.since ?? KernelVersion(0, 0)) < ($1.since ?? KernelVersion(0, 0)) }
    guard let newest, let since = newest.since, since > KernelVersion(2, 6, 28) else { return nil }
    return newest
  }
}
