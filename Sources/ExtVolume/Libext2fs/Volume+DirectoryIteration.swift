package import FolioCore

extension Volume {
  /// Hands `body` each record of `directory` as libext2fs' own iterator finds it.
  ///
  /// - Parameter limit: how many records there can be; more are not handed on.
  /// - Throws: in libext2fs' words, where it gives up.
  package func iterateDirectory(
    _ directory: InodeNumber, limit: Int, _ body: (Record, RawSpan) -> Void
  ) throws(VolumeError) {
    try library.iterateDirectory(
      directory, limit: limit, typeMask: superblock.carriesData ? 0x0F : .max, body)
  }
}
