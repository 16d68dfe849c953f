/// A stretch of a directory's logical blocks, and what is there. Counts and numbers are in blocks.
struct BlockRun {
  enum Contents {
    /// Physical blocks in a row from this one on.
    case mapped(physical: UInt64)
    /// No block was ever allocated.
    case hole
    /// The map of the blocks is damaged here; the reason in words.
    case unreadable(String)
  }

  /// Never empty.
  let logical: Range<UInt64>
  let contents: Contents
}

/// Where the blocks of a directory are.
struct MappedBlocks {
  /// Cover the directory's size without a gap, in logical order.
  let runs: [BlockRun]
  /// What else is wrong with the map, and costs blocks that are not in ``runs``; in words.
  let problems: [String]
}
