import ExtVolume
import FolioCore

/// The directory being checked, and what is known of it so far.
struct CurrentDirectory {
  let found: FoundDirectory
  /// What ".." has to name; nil where nothing leads here.
  let parent: InodeNumber?
  /// Nil for one that is kept in its inode.
  var blocks: BlockMap?
  var inode: Inode?
  var isCasefolded = false
  /// Of a hashed one.
  var leaves: LeafCheck?
  var children: [FoundDirectory] = []
  var subdirectoryCount = 0
  var dots = DotCheck()
  /// Blocks whose one record says 0 for 65536, and the first of them.
  var zeroLengths: (count: Int, first: BlockPlace)?
  /// Blocks that begin with zeroes, and what was found in the first of them.
  var zeroBlocks: (count: Int, first: DirectoryDamage)?
  /// By which it is encrypted; nil where it isn't, or doesn't say by which.
  var encryptionPolicy: EncryptionPolicy?
  /// Types where there should be none.
  var typesWithoutFeature: (count: Int, first: RecordPlace)?
  var isDamaged = false

  init(_ found: FoundDirectory, parent: InodeNumber?) {
    self.found = found
    self.parent = parent
  }
}
