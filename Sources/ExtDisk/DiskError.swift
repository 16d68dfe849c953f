package import ExtVolume

/// Why no file system could be found on a disk, or in an image of something else. Its sentences are in
/// `Words/DiskError+Words.swift`.
package enum DiskError: ImageError {
  /// What would tell what the image, or a partition of it, is can't be read.
  case unreadable(partition: Int?, DeviceReadError, image: [UInt8])
  /// A partition was asked for, and there is no partition table.
  case noTable
  /// The image, or a partition of it, is something else.
  case otherFormat(KnownFormat, partition: Int?, image: [UInt8])
  /// There is no partition of that number.
  case noPartition(Int, PartitionTable)
  /// The partition is there for those in it.
  case extendedPartition(Int, PartitionTable)
  /// The partition lies after the end of the image.
  case partitionAfterEnd(Int)
  /// No partition holds ext2, ext3 or ext4.
  case noFileSystem(PartitionTable)
  /// Several partitions do, and none was asked for.
  case severalFileSystems(PartitionTable)
}
