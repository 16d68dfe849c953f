package import ExtVolume
import TextOutput

/// What a file or device is, seen from outside.
package enum ImageContents {
  /// It begins with a superblock of ext2, ext3 or ext4.
  case ext(Superblock)
  /// A whole disk.
  case disk(PartitionTable)
  /// Something else that is known.
  case other(KnownFormat)
  case unknown
  /// Bytes that would tell can't be read.
  case unreadable(FailedRead)

  /// - Parameter asDisk: whether it is to be taken for a disk even where a file system begins at its start.
  package static func examine(_ file: any ByteSource, asDisk: Bool = false) -> ImageContents {
    var failure: FailedRead?
    let metadataOnly = Magic.metadataOnly
    if file.probe(metadataOnly.bytes.count, at: metadataOnly.offset, &failure) == metadataOnly.bytes {
      return .other(metadataOnly.format)
    }
    if !asDisk, let facts = file.superblock(&failure) { return .ext(facts) }
    let format = KnownFormat.identify(file, in: 0..<file.byteCount, &failure)
    // A boot sector may look like a partition table; and what can be read off a CD that also boots from a stick is a CD.
    // A start that was wiped says nothing against the backup of a table.
    let isOther = format.map { $0.kind != .nothing } ?? false
    if let table = PartitionTable.read(file, &failure), asDisk || !isOther || !table.ext.isEmpty {
      return .disk(table)
    }
    if let format, !format.isByAbsence || failure == nil { return .other(format) }
    return failure.map { .unreadable($0) } ?? .unknown
  }

  /// The partition that holds the file system; nil where it begins at the start, or nobody knows where.
  ///
  /// - Parameters:
  ///   - partition: the number asked for; nil for the only one.
  ///   - image: the file's name.
  package func fileSystem(partition number: Int?, image: [UInt8]) throws(VolumeError) -> FoundPartition? {
    let name = Escaping.shellWord(image)
    guard case .disk(let table) = self else {
      if case .unreadable(let failure) = self {
        throw .unreadable("the image", failure, lookedFor: "info \(name)")
      }
      if number != nil { throw VolumeError("looking for partitions", reason: "there is no partition table") }
      if case .other(let format) = self {
        throw VolumeError(
          "opening the file system", reason: "this is \(format.name)",
          advice: format.advice(image: name))
      }
      return nil
    }
    if let number {
      guard let found = table.partitions.first(where: { $0.partition.number == number }) else {
        let problems = table.losses.map { "; " + $0 }.joined()
        throw VolumeError(
          "looking for partition \(number)", reason: "there is none of that number" + problems,
          advice: table.list)
      }
      if case .extended = found.contents {
        throw VolumeError(
          "opening partition \(number)", reason: "it is there for the logical partitions in it",
          advice: table.list)
      }
      // Where nothing is left of the start, a backup superblock may serve.
      if case .other(let format) = found.contents, format.kind != .nothing {
        let advice = format.advice(image: "PARTITION")
        let device = "; PARTITION is its device: losetup -rfP \(name) makes one of a file"
        throw VolumeError(
          "opening partition \(number)", reason: "this is \(format.name)",
          advice: advice + (advice.contains("PARTITION") ? device : ""))
      }
      if case .missing = found.contents {
        throw VolumeError("opening partition \(number)", reason: "it lies behind the end of the image")
      }
      return found
    }
    switch table.ext.count {
    case 1: return table.ext[0]
    case 0:
      let which =
        table.remarks(onlyOn: nil).problems.isEmpty ? "no partition" : "no partition that can be read"
      throw VolumeError(
        "opening the file system", reason: "this is a whole disk, and \(which) holds ext2, ext3 or ext4",
        advice: table.list)
    default:
      throw VolumeError(
        "opening the file system", reason: "this is a whole disk: choose one by --partition",
        advice: table.list)
    }
  }
}

extension VolumeError {
  /// What can't be read where it would tell what it is.
  ///
  /// - Parameters:
  ///   - place: the image, or a partition.
  ///   - command: what looks for backups there.
  package static func unreadable(_ place: String, _ failure: FailedRead, lookedFor command: String)
    -> VolumeError
  {
    VolumeError(
      "reading \(place)", reason: "\(failure)",
      advice:
        "a failing disk is best copied first (ddrescue); of a file system, a backup of the superblock may be "
        + "left: ext2walk \(command) looks for them")
  }
}

extension PartitionTable {
  /// The partitions, a line each, behind a line of their own.
  package var list: String {
    "its partitions (\(scheme.rawValue.uppercased()), sectors of \(sectorSize) bytes):"
      + partitions.map { found in
        let partition = found.partition
        let name = partition.name.isEmpty ? "" : " \"\(Escaping.text(Array(partition.name.utf8)))\""
        return "\n  \(partition.number)\(name): at byte \(partition.start), "
          + "\(ByteCount.human(partition.byteCount)), \(found.words)"
          + (found.isCutShort ? "; the image ends before" : "")
          + (found.hasBackups ? "; backups of a superblock can be read (ext2walk info)" : "")
      }.joined()
  }
}

extension FoundPartition {
  /// What it holds, for people.
  package var words: String {
    switch contents {
    case .ext(let facts):
      facts.type + (facts.label.isEmpty ? "" : " \"\(Escaping.text(facts.label))\"")
    case .other(let format): format.name
    case .extended: "extended: holds the logical partitions"
    case .unknown where partition.role == .protective: "stands for a GPT"
    case .unknown(let failure):
      "unknown contents (type \(partition.type))" + (failure.map { "; \($0)" } ?? "")
    case .unreadable(let failure): "can't be read: \(failure)"
    case .missing: "behind the end of the image"
    }
  }
}
