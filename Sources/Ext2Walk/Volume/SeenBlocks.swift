/// Blocks that turned up already: the first stretch as its bounds, for most directories have just one, the others one
/// by one.
struct SeenBlocks {
  private var stretch: Range<UInt64>?
  private var others: Set<UInt64> = []

  /// Adds a block. Returns whether it is new.
  mutating func insert(_ block: UInt64) -> Bool {
    guard let stretch else {
      self.stretch = block..<block + 1
      return true
    }
    if stretch.contains(block) { return false }
    if block == stretch.upperBound, others.isEmpty || !others.contains(block) {
      self.stretch = stretch.lowerBound..<block + 1
      return true
    }
    return others.insert(block).inserted
  }
}
