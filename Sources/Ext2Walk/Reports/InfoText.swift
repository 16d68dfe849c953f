import ExtDisk
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

/// What `info` says, for people: a screen of it.
enum InfoText {
  static func text(_ report: ImageReport) -> String {
    var parts: [String] = []
    if let table = report.table { parts.append(text(table, report)) }
    if let fileSystem = report.fileSystem {
      parts += [facts(of: fileSystem, partition: report.partition), verdicts(on: fileSystem)]
    }
    if !report.backups.isEmpty { parts.append(backups(report)) }
    if let advice = report.advice { parts.append("What to do: \(advice)\n") }
    return parts.joined(separator: "\n")
  }

  // MARK: The file system

  private static func facts(of fileSystem: ImageReport.FileSystem, partition: Int?) -> String {
    let facts = fileSystem.facts
    let label = facts.label.isEmpty ? "without a label" : "\"\(Escaping.text(facts.label))\""
    var rows: [(String, String)] = [
      ("uuid", facts.uuid ?? "none"),
      ("revision", "\(facts.revision)"),
      ("features", facts.features.isEmpty ? "none" : facts.features.map(\.name).joined(separator: " ")),
      ("block size", blockSize(facts)),
    ]
    if facts.hasBlockSize, facts.clusterSize != facts.blockSize.byteCount {
      rows.append(("cluster size", "\(facts.clusterSize) bytes"))
    }
    rows += [
      (
        "blocks",
        "\(facts.blockCount), \(facts.freeBlockCount) of them free (\(size(facts.freeBlockCount, facts)) of "
          + "\(size(facts.blockCount, facts)))"
      ),
      ("inodes", "\(facts.inodeCount), \(facts.freeInodeCount) of them free, \(facts.inodeSize) bytes each"),
      ("state", state(facts)),
      ("journal", journal(facts)),
      ("last mount", lastMount(facts)),
      ("last write", time(facts.lastWritten)),
      ("last check", time(facts.lastChecked)),
      ("created", time(facts.created)),
      ("checksums", checksums(facts)),
    ]
    if fileSystem.imageByteCount < facts.byteCount {
      let whole = partition == nil ? "image" : "partition"
      rows.append((whole, "cut short: \(fileSystem.imageByteCount) of \(facts.byteCount) bytes"))
    }
    let width = rows.map(\.0.count).max() ?? 0
    let place = partition.map { ", partition \($0)" } ?? ""
    let title = "\(Escaping.text(fileSystem.location.path))\(place): \(facts.type) \(label)\n"
    return title + rows.map { "  \($0.0.padded(to: width))  \(wrapped($0.1, indent: width + 4))\n" }.joined()
  }

  private static func blockSize(_ facts: Superblock) -> String {
    guard facts.hasBlockSize else { return "impossible" }
    let pages = PageSize.host.pageCount(for: facts.blockSize.byteCount)
    let ratio =
      pages > 1
      ? "\(pages) pages" : facts.blockSize.byteCount < PageSize.host.byteCount ? "part of a page" : "a page"
    return "\(facts.blockSize) bytes: \(ratio) of this machine's \(PageSize.host.byteCount) bytes"
  }

  private static func size(_ blocks: UInt64, _ facts: Superblock) -> String {
    guard facts.hasBlockSize else { return "?" }
    return facts.blockSize.byteCount(of: blocks).map { ByteCount.human($0) } ?? "more than 16E"
  }

  static func state(_ facts: Superblock) -> String {
    let unmounted = facts.isClean ? "clean" : "not clean (not unmounted)"
    return unmounted + (facts.hasErrors ? ", with errors: run e2fsck" : "")
      + (facts.errorCount > 0 ? "; the kernel counted \(facts.errorCount) errors" : "")
  }

  private static func journal(_ facts: Superblock) -> String {
    let place =
      switch facts.journal {
      case .none: "none"
      case .inode(let inode): "in inode \(inode)"
      case .external: "on another device"
      }
    return place + (facts.needsRecovery ? ", waits to be replayed (needs_recovery)" : "")
  }

  private static func lastMount(_ facts: Superblock) -> String {
    guard let mounted = facts.lastMounted else { return "never" }
    let place = facts.lastMountedOn.isEmpty ? "" : " on \(Escaping.text(facts.lastMountedOn))"
    return
      "\(time(mounted))\(place), \(facts.mountCount) \(facts.mountCount == 1 ? "mount" : "mounts") since the last check"
  }

  private static func checksums(_ facts: Superblock) -> String {
    switch facts.checksum {
    case .none: "none"
    case .right: "crc32c; the superblock's is right"
    case .wrong: "crc32c; the superblock's is wrong"
    case .unknown(let type): "of unknown type \(type)"
    }
  }

  private static func time(_ time: Timestamp?) -> String {
    var clock = TimeFormatter()
    return time.map { String(decoding: clock.text(for: $0), as: UTF8.self) } ?? "never"
  }

  // MARK: Kernels

  private static func verdicts(on fileSystem: ImageReport.FileSystem) -> String {
    let rows =
      fileSystem.kinds.map { ($0.kernel.name, $0.verdict) }
      + [(fileSystem.running.kernel.name, fileSystem.here)]
    let width = rows.map(\.0.count).max() ?? 0
    return "Who can mount it\n"
      + rows.map { name, verdict in
        let words = verdict.reasons.map(\.words).joined(separator: "; ")
        let reasons = words.isEmpty ? "" : ": " + words
        return "  \(name.padded(to: width))  \(verdict.mount.words)\(reasons)\n"
      }.joined()
  }

  // MARK: Disks, and what is left of file systems

  private static func text(_ table: PartitionTable, _ report: ImageReport) -> String {
    var text = "\(Escaping.text(report.image)): a whole disk; \(table.list)\n"
    for found in table.ext {
      let place = report.location.moved(to: found.partition.start).argument
      text += "To read partition \(found.partition.number): ext2walk ls \(Escaping.shellWord(place))\n"
    }
    for number in report.partitionsByBackup {
      text +=
        "Partition \(number): backups of its superblock can be read: "
        + "ext2walk info \(report.shellWords(forPartition: number))\n"
    }
    return text
  }

  private static func backups(_ report: ImageReport) -> String {
    let backups = report.backups
    let count = backups.count == 1 ? "a backup" : "\(backups.count) backups"
    let title =
      if report.fileSystem?.refusal == nil, report.fileSystem != nil {
        report.lacksRoot
          ? "by the first superblock there is no root, but by \(count) there is"
          : "the first superblock or its group descriptors are damaged; \(count) and its descriptors are not"
      } else {
        "the first superblock can't be used, but \(count) can"
      }
    return "\(Escaping.text(report.image)): \(title)\n"
      + backups.map { backup in
        let (superblock, root) = (backup.superblock, backup.hasRoot ? "" : "; the root is gone")
        return
          "  \(superblock.facts.type), block \(superblock.block) of \(superblock.facts.blockSize) bytes\(root)\n"
      }.joined()
  }

  // MARK: Layout

  /// Breaks words into lines of about 100 cells.
  private static func wrapped(_ text: String, indent: Int) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + indent > 100 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }
}

extension Verdict.Mount {
  /// For people.
  fileprivate var words: String {
    switch self {
    case .readWrite: "yes"
    case .readOnly: "read-only"
    case .no: "no"
    }
  }
}
