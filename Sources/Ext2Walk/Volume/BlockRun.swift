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
