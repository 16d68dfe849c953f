import Basics
public import FolioCore

/// Where a directory block is, in blocks.
public struct BlockPlace: Equatable, Sendable {
  /// Counted from 0 in the directory.
  public let logical: LogicalBlock
  /// Counted from 0 in the file system.
  public let physical: BlockNumber

  /// The place of these numbers.
  @inlinable
  public init(logical: LogicalBlock, physical: BlockNumber) {
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
      let first: BlockNumber
      if case .mapped(let physical) = run.contents { first = physical } else { first = 0 }
      let blocks = if case .mapped = run.contents { run.logical } else { 0..<0 as Range<LogicalBlock> }
      return blocks.lazy.map { BlockPlace(logical: $0, physical: first + ($0 - blocks.lowerBound)) }
    }
  }
}
