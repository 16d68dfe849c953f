import FolioCore

/// Where a directory block is, in blocks.
struct BlockPlace: Equatable {
  /// Counted from 0 in the directory.
  let logical: UInt64
  /// Counted from 0 in the file system.
  let physical: UInt64
}

extension BlockPlace {
  /// The block as the account of mappings calls it.
  func label(in directory: Inode) -> BlockLabel {
    BlockLabel(inode: directory.number, logicalBlock: logical, physicalBlock: physical)
  }
}

extension MappedBlocks {
  /// The blocks that hold contents, in logical order.
  var places: some Sequence<BlockPlace> {
    runs.lazy.flatMap { run in
      let first: UInt64
      if case .mapped(let physical) = run.contents { first = physical } else { first = 0 }
      let blocks = if case .mapped = run.contents { run.logical } else { 0..<0 as Range<UInt64> }
      return blocks.lazy.map { BlockPlace(logical: $0, physical: first + ($0 - blocks.lowerBound)) }
    }
  }
}
