import ExtDisk

extension PartitionTable {
  /// The partitions, a line each, after a line of their own.
  var list: String {
    "its partitions (\(scheme.rawValue.uppercased()), sectors of \(sectorSize) bytes):"
      + partitions.map { found in
        "\n  \(found.line)"
          + (found.hasBackups ? "; backups of a superblock can be read (ext2walk info)" : "")
      }.joined()
  }
}
