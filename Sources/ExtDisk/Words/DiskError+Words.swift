import ExtVolume

extension DiskError {
  /// What was being done, and why that failed.
  package var description: String { "\(operation): \(reason)" }

  private var operation: String {
    switch self {
    case .unreadable(let number?, _, _): "reading partition \(number)"
    case .unreadable(nil, _, _): "reading the image"
    case .noTable: "looking for partitions"
    case .noPartition(let number, _): "looking for partition \(number)"
    case .otherFormat(_, let number?, _), .extendedPartition(let number, _), .partitionAfterEnd(let number):
      "opening partition \(number)"
    case .otherFormat(_, nil, _), .noFileSystem, .severalFileSystems: "opening the file system"
    }
  }

  private var reason: String {
    switch self {
    case .unreadable(_, let error, _): return error.description
    case .noTable: return "there is no partition table"
    case .otherFormat(let format, _, _): return "this is \(format.name)"
    case .noPartition(_, let table):
      return "there is none of that number" + table.losses.map { "; \($0)" }.joined()
    case .extendedPartition: return "it is there for the logical partitions in it"
    case .partitionAfterEnd: return "it lies after the end of the image"
    case .noFileSystem(let table):
      let which =
        table.state(onlyOf: nil).damage.isEmpty ? "no partition" : "no partition that can be read"
      return "this is a whole disk, and \(which) holds ext2, ext3 or ext4"
    case .severalFileSystems: return "this is a whole disk"
    }
  }
}
