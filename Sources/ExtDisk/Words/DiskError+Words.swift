import ExtVolume
import TextOutput

extension DiskError {
  /// What was being done, why that failed, and what to do about it.
  package var description: String {
    "\(operation): \(reason)" + (whatToDo.map { "; \($0)" } ?? "")
  }

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
    case .severalFileSystems: return "this is a whole disk: choose one by --partition"
    }
  }

  private var whatToDo: String? {
    switch self {
    case .unreadable(let number, _, let image):
      let place = number.map { "--partition \($0) " } ?? ""
      return
        "a failing disk is best copied first (ddrescue); of a file system, a backup of the superblock may be "
        + "left: ext2walk info \(place)\(Escaping.shellWord(image)) looks for them"
    case .otherFormat(let format, nil, let image): return format.advice(image: Escaping.shellWord(image))
    case .otherFormat(let format, .some, let image):
      let advice = format.advice(image: "PARTITION")
      guard advice.contains("PARTITION") else { return advice }
      return
        "\(advice); PARTITION is its device: losetup -rfP \(Escaping.shellWord(image)) makes one of a file"
    case .noPartition(_, let table), .extendedPartition(_, let table), .noFileSystem(let table),
      .severalFileSystems(let table):
      return table.list
    case .noTable, .partitionAfterEnd: return nil
    }
  }
}
