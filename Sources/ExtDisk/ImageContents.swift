import Basics
package import ExtVolume

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
  case unreadable(DeviceReadError)

  /// - Parameter asDisk: whether it is to be taken for a disk even where a file system begins at its start.
  package static func examine(_ file: any ByteSource, asDisk: Bool = false) -> ImageContents {
    var failure: DeviceReadError?
    let metadataOnly = Magic.metadataOnly
    if file.probe(metadataOnly.bytes.count, at: metadataOnly.offset, &failure) == metadataOnly.bytes {
      return .other(metadataOnly.format)
    }
    if !asDisk, let facts = file.superblock(&failure) { return .ext(facts) }
    let format = KnownFormat.identify(file, in: 0..<file.end, &failure)
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
  package func fileSystem(partition number: Int?, image: [UInt8]) throws(DiskError) -> FoundPartition? {
    guard case .disk(let table) = self else {
      if case .unreadable(let error) = self { throw .unreadable(partition: nil, error, image: image) }
      if number != nil { throw .noTable }
      if case .other(let format) = self { throw .otherFormat(format, partition: nil, image: image) }
      return nil
    }
    if let number {
      guard let found = table.partitions.first(where: { $0.partition.number == number }) else {
        throw .noPartition(number, table)
      }
      switch found.contents {
      case .extended: throw .extendedPartition(number, table)
      // Where nothing is left of the start, a backup superblock may serve.
      case .other(let format) where format.kind != .nothing:
        throw .otherFormat(format, partition: number, image: image)
      case .missing: throw .partitionAfterEnd(number)
      case .ext, .other, .unknown, .unreadable: return found
      }
    }
    switch table.ext.count {
    case 1: return table.ext[0]
    case 0: throw .noFileSystem(table)
    default: throw .severalFileSystems(table)
    }
  }
}
