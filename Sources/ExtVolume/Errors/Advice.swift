/// What would help where something of an image can't be done. A program that uses this library knows by which of its options and
/// commands, and says it.
package enum Advice: Equatable, Sendable {
  // The image.
  /// Another path: nothing is there.
  case otherPath
  /// The right to read it.
  case permission(isDevice: Bool)
  /// A new copy: this one is empty.
  case newCopy
  /// A file or device: this is a directory.
  case fileOrDevice

  // The file system.
  /// A place further in, where it may begin; or a backup superblock.
  case otherPlaceOrBackup
  /// A backup superblock.
  case backup
  /// To look for backup superblocks that serve.
  case searchForBackups
  /// The number of another backup superblock, which depends on the block size: the one asked for doesn't serve.
  case placesOfBackups
  /// To see which value of the superblock is impossible, and which backup serves.
  case impossibleValue
  /// To see what is left without the root, and to begin at another inode.
  case otherRoot
  /// A libext2fs that knows its features.
  case newerLibrary
  /// Other programs, which know these features.
  case otherReaders([Feature])

  // This machine.
  /// More of what there is too little of.
  case more(VolumeError.Limit)
  /// A kernel that makes files in memory, and address space.
  case filesInMemory
  /// Another directory for temporary files.
  case otherTemporaryDirectory
}
