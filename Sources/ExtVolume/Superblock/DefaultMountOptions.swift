/// The mount options that a superblock asks ext4 for, `s_mount_opts` (`tune2fs -E mount_opts=…`), as far as they decide whether
/// it mounts.
///
/// Mirrors `parse_apply_sb_mount_options()`: where ext4 doesn't know one option, or not its value, it takes none of them. What a
/// kernel that was built without quotas, DAX or the like would not know is taken for known.
package struct DefaultMountOptions: Equatable {
  /// Where the data of files goes first: `data=`.
  package enum DataMode: Equatable {
    case journal, ordered, writeback
  }

  /// Whether there are more bytes than the field has room for a string.
  package private(set) var isUnterminated = false
  /// As `data=` says, or the superblock's older flags; nil for the kernel's own choice, which is ordered.
  package private(set) var dataMode: DataMode?
  package private(set) var hasAsyncCommit = false
  package private(set) var hasDelayedAllocation = false
  private(set) var hasJournalChecksum = false
  private(set) var abortsOnDataErrors = false
  /// Seconds between commits, where they aren't the usual ones.
  private(set) var commitInterval: UInt32?
  package private(set) var hasDAX = false
  /// What `journal_dev=` or `journal_path=` name.
  package private(set) var journalDevice: String?
  /// Whether the journal is left alone: `noload`, `norecovery`.
  package private(set) var skipsJournal = false
  /// Whether nobody asks whether blocks are the file system's own: `noblock_validity`.
  package private(set) var skipsBlockValidity = false

  /// - Parameters:
  ///   - field: all bytes of `s_mount_opts`.
  ///   - flags: `s_default_mount_opts`.
  ///   - hasProjects: whether the file system has the feature `project`.
  ///   - hasEncryption: whether it has `encrypt`.
  package init(_ field: [UInt8], flags: UInt32, hasProjects: Bool, hasEncryption: Bool) {
    let older: [UInt32: DataMode] = [0x20: .journal, 0x40: .ordered, 0x60: .writeback]
    dataMode = older[flags & 0x60]
    guard field.contains(0) else {
      isUnterminated = true
      return
    }
    var parsed = self
    for option in field.prefix(while: { $0 != 0 }).split(separator: UInt8(ascii: ",")) {
      let parts = option.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      // Nothing with a value is nothing.
      if parts.count > 1, parts[0].isEmpty { continue }
      let isKnown = parsed.take(
        parts[0], parts.count > 1 ? parts[1] : nil, hasProjects: hasProjects, hasEncryption: hasEncryption)
      guard isKnown else { return }
    }
    self = parsed
  }

  /// Takes one option. Returns whether ext4 knows it.
  private mutating func take(
    _ name: String, _ value: String?, hasProjects: Bool, hasEncryption: Bool
  ) -> Bool {
    guard let value else { return takeFlag(name, hasProjects: hasProjects, hasEncryption: hasEncryption) }
    let number = Self.number(value)
    switch name {
    case "data":
      let modes: [String: DataMode] = ["journal": .journal, "ordered": .ordered, "writeback": .writeback]
      guard let mode = modes[value] else { return false }
      dataMode = mode
    case "data_err":
      guard ["abort", "ignore"].contains(value) else { return false }
      abortsOnDataErrors = value == "abort"
    case "commit":
      // INT_MAX jiffies, of the usual 250 a second.
      guard let number, number <= Int32.max / 250 else { return false }
      commitInterval = number == 0 || number == 5 ? nil : number
    case "dax":
      guard ["always", "inode", "never"].contains(value) else { return false }
      hasDAX = value == "always"
    case "journal_dev":
      guard let number else { return false }
      journalDevice = number == 0 ? nil : "journal_dev=\(value)"
    case "journal_path":
      guard value.hasPrefix("/dev/") else { return false }
      journalDevice = "journal_path=\(value)"
    case "errors": return ["continue", "panic", "remount-ro"].contains(value)
    case "jqfmt": return ["vfsold", "vfsv0", "vfsv1"].contains(value)
    case "check": return value == "none"
    case "usrjquota", "grpjquota": return true
    case "test_dummy_encryption": return hasEncryption && ["v1", "v2"].contains(value)
    case "journal_ioprio": return number.map { $0 <= 7 } ?? false
    case "mb_optimize_scan": return number.map { $0 <= 1 } ?? false
    case "inode_readahead_blks": return number.map { $0.nonzeroBitCount <= 1 && $0 <= 1 << 30 } ?? false
    case "resuid", "resgid": return number.map { $0 < .max } ?? false
    default: return Self.numeric.contains(name) && number != nil
    }
    return true
  }

  private mutating func takeFlag(_ name: String, hasProjects: Bool, hasEncryption: Bool) -> Bool {
    switch name {
    case "journal_async_commit": (hasAsyncCommit, hasJournalChecksum) = (true, true)
    case "journal_checksum": hasJournalChecksum = true
    // What was asked for stays asked for, though `nodelalloc` follows.
    case "delalloc": hasDelayedAllocation = true
    case "dax": hasDAX = true
    case "noload", "norecovery": skipsJournal = true
    case "noblock_validity": skipsBlockValidity = true
    case "block_validity": skipsBlockValidity = false
    case "prjquota": return hasProjects
    case "test_dummy_encryption": return hasEncryption
    default: return Self.flags.contains(name)
    }
    return true
  }

  /// A number as the kernel's `kstrtouint()` takes it.
  private static func number(_ text: String) -> UInt32? {
    let text = text.first == "+" ? String(text.dropFirst()) : text
    guard let first = text.first, first.isNumber else { return nil }
    let lower = text.lowercased()
    if lower.hasPrefix("0x") { return UInt32(lower.dropFirst(2), radix: 16) }
    return first == "0" && text.count > 1 ? UInt32(text, radix: 8) : UInt32(text)
  }

  private static let numeric: Set<String> = [
    "sb", "min_batch_time", "max_batch_time", "barrier", "stripe", "debug_want_extra_isize", "auto_da_alloc",
    "init_itable", "max_dir_size_kb", "journal", "fc_debug_max_replay",
  ]

  private static let flags: Set<String> = [
    "bsddf", "minixdf", "grpid", "bsdgroups", "nogrpid", "sysvgroups", "nouid32", "debug", "user_xattr",
    "acl",
    "bh", "nobh", "nojournal_checksum", "abort", "grpquota", "quota", "noquota", "usrquota", "barrier",
    "nobarrier", "i_version", "nodelalloc", "warn_on_error", "nowarn_on_error", "mblk_io_submit",
    "nomblk_io_submit", "auto_da_alloc", "noauto_da_alloc", "dioread_nolock", "nodioread_nolock",
    "dioread_lock", "discard", "nodiscard", "init_itable", "noinit_itable", "inlinecrypt", "nombcache",
    "no_mbcache", "prefetch_block_bitmaps", "no_prefetch_block_bitmaps", "oldalloc", "orlov", "nocheck",
    "reservation", "noreservation", "fc_debug_force",
  ]
}

extension DefaultMountOptions {
  /// An option that only a journal serves.
  package enum JournalOption: Equatable {
    case asyncCommit, checksum
    /// In seconds.
    case commitInterval(UInt32)
    case abortOnDataErrors
  }

  /// The options that ext4 refuses where it mounts without a journal: none is there, or `noload` is asked for.
  ///
  /// Mirrors the part of `__ext4_fill_super()` that says "mounted w/o journal".
  package var refusedWithoutJournal: [JournalOption] {
    var options: [JournalOption] = []
    if hasAsyncCommit {
      options.append(.asyncCommit)
    } else if hasJournalChecksum {
      options.append(.checksum)
    }
    if let commitInterval { options.append(.commitInterval(commitInterval)) }
    if abortsOnDataErrors { options.append(.abortOnDataErrors) }
    return options
  }
}
