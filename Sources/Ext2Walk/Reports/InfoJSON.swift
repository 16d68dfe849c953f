import Basics
import ExtDisk
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

/// What `info` says, for programs. The fields are documented in README.md.
enum InfoJSON {
  static func append(_ report: ImageReport, to output: inout ByteBuffer) {
    var object = JSONObject()
    object.add("image", bytes: report.image.raw, to: &output)
    object.add("partitionTable", report.table?.scheme.rawValue, to: &output)
    object.add("sectorSize", report.table?.sectorSize, to: &output)
    object.beginArray("partitions", &output)
    for (index, found) in (report.table?.partitions ?? []).enumerated() {
      if index > 0 { output.append(",") }
      append(found, to: &output)
    }
    object.endArray(&output)
    object.add("problems", report.problems, to: &output)
    object.add("partitionsByBackup", report.partitionsByBackup, to: &output)
    object.beginArray("backups", &output)
    for (index, backup) in report.backups.enumerated() {
      if index > 0 { output.append(",") }
      var one = JSONObject()
      one.add("superblock", backup.superblock.block, to: &output)
      one.add("blockSize", backup.superblock.facts.blockSize.byteCount, to: &output)
      one.add("type", backup.superblock.facts.type, to: &output)
      one.add("hasRoot", backup.hasRoot, to: &output)
      one.add("command", report.command(for: backup), to: &output)
      one.end(&output)
    }
    object.endArray(&output)
    if let fileSystem = report.fileSystem {
      append(fileSystem, to: &object, &output)
    }
    object.add("advice", report.advice, to: &output)
    object.end(&output)
    output.append("\n")
  }

  private static func append(_ found: FoundPartition, to output: inout ByteBuffer) {
    var object = JSONObject()
    object.add("number", found.partition.number, to: &output)
    object.add("start", found.partition.start, to: &output)
    object.add("size", found.partition.byteCount, to: &output)
    object.add("type", found.partition.type, to: &output)
    object.add("name", found.partition.name, to: &output)
    object.add("holds", found.words, to: &output)
    object.add("isExt", found.isExt, to: &output)
    object.end(&output)
  }

  private static func append(
    _ fileSystem: ImageReport.FileSystem, to object: inout JSONObject, _ output: inout ByteBuffer
  ) {
    let facts = fileSystem.facts
    object.add("offset", fileSystem.location.offset, to: &output)
    object.add("imageSize", fileSystem.imageByteCount, to: &output)
    object.add("type", facts.type, to: &output)
    object.add("label", bytes: facts.label.raw, to: &output)
    object.add("uuid", facts.uuid, to: &output)
    object.add("revision", facts.revision, to: &output)
    for (key, set) in [
      ("featuresCompat", Feature.FeatureSet.compatible), ("featuresIncompat", .incompatible),
      ("featuresRoCompat", .readOnlyCompatible),
    ] as [(StaticString, Feature.FeatureSet)] {
      object.add(key, facts.features.filter { $0.set == set }.map(\.name), to: &output)
    }
    object.add("blockSize", facts.hasBlockSize ? facts.blockSize.byteCount : nil, to: &output)
    object.add("clusterSize", facts.clusterSize, to: &output)
    object.add("pageSize", PageSize.host.byteCount, to: &output)
    let pageCount = facts.hasBlockSize ? PageSize.host.pageCount(for: facts.blockSize.byteCount) : nil
    object.add("pagesPerBlock", pageCount, to: &output)
    object.add("blocks", facts.blockCount, to: &output)
    object.add("freeBlocks", facts.freeBlockCount, to: &output)
    object.add("reservedBlocks", facts.reservedBlockCount, to: &output)
    object.add("inodes", facts.inodeCount, to: &output)
    object.add("freeInodes", facts.freeInodeCount, to: &output)
    object.add("inodeSize", facts.inodeSize, to: &output)
    object.add("clean", facts.isClean, to: &output)
    object.add("hasErrors", facts.hasErrors, to: &output)
    object.add("errorCount", facts.errorCount, to: &output)
    let (journal, inode): (String, InodeNumber?) =
      switch facts.journal {
      case .none: ("none", nil)
      case .inode(let inode): ("internal", inode)
      case .external: ("external", nil)
      }
    object.add("journal", journal, to: &output)
    object.add("journalInode", inode, to: &output)
    object.add("needsRecovery", facts.needsRecovery, to: &output)
    object.add("created", facts.created?.seconds, to: &output)
    object.add("lastMounted", facts.lastMounted?.seconds, to: &output)
    object.add("lastMountedOn", bytes: facts.lastMountedOn.raw, to: &output)
    object.add("lastWritten", facts.lastWritten?.seconds, to: &output)
    object.add("lastChecked", facts.lastChecked?.seconds, to: &output)
    object.add("mountCount", facts.mountCount, to: &output)
    let (checksum, isRight): (String, Bool?) =
      switch facts.checksum {
      case .none: ("none", nil)
      case .right: ("crc32c", true)
      case .wrong: ("crc32c", false)
      case .unknown(let type): ("unknown_\(type)", nil)
      }
    object.add("checksum", checksum, to: &output)
    object.add("checksumIsRight", isRight, to: &output)
    object.beginArray("kernels", &output)
    for (kernel, verdict) in fileSystem.kinds {
      append(verdict, of: kernel, release: nil, to: &output)
      output.append(",")
    }
    append(fileSystem.here, of: fileSystem.running.kernel, release: fileSystem.running.release, to: &output)
    object.endArray(&output)
    object.add("refusal", fileSystem.refusal?.sentence, to: &output)
  }

  private static func append(
    _ verdict: Verdict, of kernel: Kernel, release: String?, to output: inout ByteBuffer
  ) {
    var object = JSONObject()
    object.add("kernel", kernel.name, to: &output)
    object.add("driver", kernel.driver.rawValue, to: &output)
    object.add("pageSize", kernel.pageSize, to: &output)
    object.add("largeBlocks", kernel.takesLargeBlocks, to: &output)
    object.add("running", release, to: &output)
    object.add("mounts", verdict.mount.rawValue, to: &output)
    object.add("reasons", verdict.reasons.map(\.words), to: &output)
    object.end(&output)
  }
}
