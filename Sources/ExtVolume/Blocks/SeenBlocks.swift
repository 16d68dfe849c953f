import Basics
package import FolioCore

/// Blocks that turned up already, as stretches that lie apart: the first by itself, for most directories have just one.
///
/// The others stand in order, in pages of a few hundred, so that neither an extent of many blocks takes memory for each
/// nor blocks in any order take time for all that came before.
package struct SeenBlocks {
  private var first: Range<BlockNumber>?
  private var pages: [[Range<BlockNumber>]] = []

  private static var mostOfPage: Int { 512 }

  /// Adds a block. Returns whether it is new.
  package mutating func insert(_ block: BlockNumber) -> Bool {
    insertFront(of: block..<block + 1).isNew
  }

  /// Adds the first of `blocks`, up to where it has to be said otherwise of the next whether it is new.
  ///
  /// - Parameter blocks: at least one.
  /// - Returns: how many are added or known, and whether they are new.
  mutating func insertFront(of blocks: Range<BlockNumber>) -> (count: UInt64, isNew: Bool) {
    guard let first else {
      self.first = blocks
      return (UInt64(blocks.count), true)
    }
    let start = blocks.lowerBound
    if first.contains(start) { return (min(blocks.upperBound, first.upperBound) - start, false) }
    var end = blocks.upperBound
    if first.lowerBound > start { end = min(end, first.lowerBound) }
    guard !pages.isEmpty else {
      if start == first.upperBound { self.first = first.lowerBound..<end } else { pages = [[start..<end]] }
      return (end - start, true)
    }
    let page = max(0, Self.count(pages.count) { pages[$0][0].lowerBound <= start } - 1)
    let index = Self.count(pages[page].count) { pages[page][$0].lowerBound <= start }
    if index > 0, pages[page][index - 1].contains(start) {
      return (min(end, pages[page][index - 1].upperBound) - start, false)
    }
    if index < pages[page].count {
      end = min(end, pages[page][index].lowerBound)
    } else if page + 1 < pages.count {
      end = min(end, pages[page + 1][0].lowerBound)
    }
    add(start..<end, page, index)
    return (end - start, true)
  }

  /// Adds what lies before `index` of a page, and in no stretch.
  private mutating func add(_ blocks: Range<BlockNumber>, _ page: Int, _ index: Int) {
    if index > 0, pages[page][index - 1].upperBound == blocks.lowerBound {
      pages[page][index - 1] = pages[page][index - 1].lowerBound..<blocks.upperBound
      return joinNext(page, index - 1)
    }
    if index < pages[page].count, pages[page][index].lowerBound == blocks.upperBound {
      pages[page][index] = blocks.lowerBound..<pages[page][index].upperBound
      return
    }
    pages[page].insert(blocks, at: index)
    guard pages[page].count > Self.mostOfPage else { return }
    let half = pages[page].count / 2
    pages.insert(Array(pages[page][half...]), at: page + 1)
    pages[page].removeSubrange(half...)
  }

  /// Makes one stretch of one and the next, if nothing lies between: else many that fill a region would each be met again
  /// by whatever covers it.
  private mutating func joinNext(_ page: Int, _ index: Int) {
    let stretch = pages[page][index]
    let isLast = index + 1 == pages[page].count
    guard !isLast || page + 1 < pages.count else { return }
    let (nextPage, nextIndex) = isLast ? (page + 1, 0) : (page, index + 1)
    let next = pages[nextPage][nextIndex]
    guard next.lowerBound == stretch.upperBound else { return }
    pages[page][index] = stretch.lowerBound..<next.upperBound
    pages[nextPage].remove(at: nextIndex)
    if pages[nextPage].isEmpty { pages.remove(at: nextPage) }
  }

  /// How many of the first `count` numbers `match`: those that do come before those that don't.
  private static func count(_ count: Int, _ match: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if match(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
