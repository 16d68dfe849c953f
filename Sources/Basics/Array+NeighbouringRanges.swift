extension Array {
  /// Appends `range`, or makes the last range longer where the two meet or overlap.
  ///
  /// Where ranges are appended in the order of their lower bounds, none of them meet afterwards.
  public mutating func appendMerging<Bound: Comparable>(_ range: Range<Bound>)
  where Element == Range<Bound> {
    guard let last, last.lowerBound <= range.lowerBound, range.lowerBound <= last.upperBound else {
      return append(range)
    }
    self[count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
  }
}
