package import FolioCore

/// Where a directory block is, in blocks.
public struct BlockPlace: Equatable, Sendable {
  /// Counted from 0 in the directory.
  public let logical: UInt64
  /// Counted from 0 in the file system.
  public let physical: UInt64

  /// The place of these numbers.
  @inlinable
  public init(logical: UInt64, physical: UInt64) {
    self.logical = logical
    self.physical = physical
  }
}

extension BlockPlace {
  /// The block as the account of mappings calls it.
  package func label(in directory: Inode) -> BlockLabel {
    BlockLabel(inode: directory.number, logicalBlock: logical, physicalBlock: physical)
  }
}

extension BlockMap {
  /// The blocks that hold contents, in logical order.
  package var places: some Sequence<BlockPlace> {
    runs.lazy.flatMap { run in
      let first: UInt64
      if case .mapped(let physical) = run.contents { first = physical } else { first = 0 }
      let blocks = if case .mapped = run.contents { run.logical } else { 0..<0 as Range<UInt64> }
      return blocks.lazy.map { BlockPlace(logical: $0, physical: first + ($0 - blocks.lowerBound)) }
    }
  }
}
