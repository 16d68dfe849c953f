import Basics
package import FolioCore

/// A stretch of a directory's logical blocks, and what is there. Counts and numbers are in blocks.
package struct BlockRun {
  package enum Contents {
    /// Physical blocks in a row from this one on.
    case mapped(physical: BlockNumber)
    /// No block was ever allocated.
    case hole
    /// The map of the blocks is damaged here: all in the same way, with the numbers of the first.
    case damaged(BlockMapDamage)
  }

  /// Never empty.
  package let logical: Range<LogicalBlock>
  package let contents: Contents
}

/// Where the blocks of a directory are.
package struct BlockMap {
  /// Cover the directory's size without a gap, in logical order.
  package let runs: [BlockRun]
  /// What else is wrong with the map, and costs blocks that are not in ``runs``.
  package let damage: [BlockMapDamage]
  /// The blocks that hold the map itself, where the inode has no room for it.
  package let nodes: [BlockNumber]
  /// The physical blocks that a directory has after its size, where it may have some.
  package let preallocated: [Range<BlockNumber>]
}

extension BlockMap {
  /// Where a logical block is; nil where it can't be read, or there is none.
  package func physical(of logical: LogicalBlock) -> BlockNumber? {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      let run = runs[middle]
      if logical < run.logical.lowerBound {
        high = middle
      } else if logical >= run.logical.upperBound {
        low = middle + 1
      } else {
        guard case .mapped(let physical) = run.contents else { return nil }
        return physical + (logical - run.logical.lowerBound)
      }
    }
    return nil
  }

  /// How many blocks hold contents.
  package var mappedCount: UInt64 {
    runs.reduce(0) { sum, run in
      if case .mapped = run.contents { sum + UInt64(run.logical.count) } else { sum }
    }
  }
}

extension Inode {
  /// The indirect blocks or extent blocks that hold more of the map of its contents, as far as the inode itself names them.
  var mapBlocks: [BlockNumber] {
    let area = blockArea.span.raw
    if hasExtents {
      guard let root = ExtentNode(area), root.depth > 0 else { return [] }
      return (0..<root.entryCount).map { root.child($0).block }
    }
    return (Self.directBlockCount..<Self.blockNumberCount).map { Self.blockNumber($0, in: area) }.filter {
      $0 != 0
    }
  }

  /// The first block that the inode names, be it of contents or of their map; nil where it names none, or has contents in itself.
  var firstNamedBlock: BlockNumber? {
    let area = blockArea.span.raw
    if hasInlineData { return nil }
    if hasExtents {
      guard let root = ExtentNode(area), root.entryCount > 0 else { return nil }
      return root.depth > 0 ? root.child(0).block : root.extent(0).physical
    }
    for index in 0..<Self.blockNumberCount {
      let block = Self.blockNumber(index, in: area)
      if block != 0 { return block }
    }
    return nil
  }

  /// The block number at `index` of an inode's block map, or of an indirect block; 0 for none.
  static func blockNumber(_ index: Int, in area: RawSpan) -> BlockNumber {
    BlockNumber(area.littleEndian(at: index * 4, as: UInt32.self))
  }
}
