import ExtVolume

extension DiskNote: CustomStringConvertible {
  package var description: String {
    switch self {
    case .table(let damage): damage.description
    case .onlyPartition(let number, let isCertain):
      "a whole disk: this is partition \(number), the only one\(isCertain ? "" : " that was found") "
        + "with ext2, ext3 or ext4"
    }
  }
}

extension DiskDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .table(let damage): damage.description
    case .unreadable(let number, let error): "partition \(number) can't be read: \(error)"
    case .afterEnd(let number): "partition \(number) lies after the end of the image"
    case .lostSuperblock(let number): "partition \(number): the first superblock is gone"
    }
  }
}
