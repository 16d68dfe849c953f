import FolioCore

/// Puts the rows of a table in order: by a number each, and by name where numbers are the same.
///
/// A radix sort from the highest byte that differs down, then the next eight bytes of names that are the same so far:
/// most bytes are looked at once, where a sort by comparisons would read two names for each of n log n.
@safe
struct RowOrder: ~Copyable {
  /// Where a row's name is among the bytes of all names.
  typealias NamePlace = (UInt32) -> Range<Int>

  /// A row and what it is sorted by next.
  private struct Key {
    var number: UInt64
    let row: UInt32
  }

  /// Up to so many, each key finds its place among those before it.
  private static var fewest: Int { 64 }
  /// Names are looked at in steps of 8 bytes, by one call in another, as far as a record's name can reach.
  private static var deepestStep: Int { 32 }

  private let keys: UnsafeMutableBufferPointer<Key>
  private let scratch: UnsafeMutableBufferPointer<Key>

  /// The rows in order.
  ///
  /// - Parameters:
  ///   - count: how many rows there are.
  ///   - number: what a row is sorted by first.
  ///   - names: the bytes of all names.
  ///   - offset: where in names to go on among rows of the same number: what lies before is the same in all of them.
  /// - Complexity: linear in the bytes that tell names apart, but for names of more than 256 bytes.
  static func sorted(
    _ count: Int, by number: (Int) -> UInt64, _ names: RawSpan, from offset: Int, name: NamePlace
  ) -> [UInt32] {
    let order = RowOrder(count: count, number)
    order.sort(0..<count, names, nextOffset: offset, step: 0, name)
    return unsafe order.keys.map(\.row)
  }

  private init(count: Int, _ number: (Int) -> UInt64) {
    unsafe keys = .allocate(capacity: count)
    unsafe scratch = .allocate(capacity: count > Self.fewest ? count : 0)
    for row in 0..<count {
      unsafe keys.initializeElement(at: row, to: Key(number: number(row), row: UInt32(row)))
    }
  }

  deinit {
    unsafe keys.deallocate()
    unsafe scratch.deallocate()
  }

  /// Sorts a part of the keys by their numbers, and then by names from `nextOffset` on.
  private func sort(_ part: Range<Int>, _ names: RawSpan, nextOffset: Int, step: Int, _ name: NamePlace) {
    if part.count <= Self.fewest { return insert(part, names, nextOffset: nextOffset, name) }
    if step > Self.deepestStep { return compare(part, names, nextOffset: nextOffset, name) }
    let first = unsafe keys[part.lowerBound].number
    var differing: UInt64 = 0
    for index in part { unsafe differing |= keys[index].number ^ first }
    if differing == 0 {
      for index in part {
        let word = unsafe names.extracting(name(keys[index].row)).bigEndianWord(at: nextOffset)
        unsafe keys[index].number = word
      }
      return sort(part, names, nextOffset: nextOffset + 8, step: step + 1, name)
    }
    let shift = UInt64(63 - differing.leadingZeroBitCount) & ~7
    distribute(part, shift: shift) { stretch in
      sort(stretch, names, nextOffset: nextOffset, step: step, name)
    }
  }

  /// Sorts by the byte of the numbers at `shift`, the highest in which they differ. Hands on each stretch of one byte.
  private func distribute(_ part: Range<Int>, shift: UInt64, _ next: (Range<Int>) -> Void) {
    var ends = [256 of Int](repeating: 0)
    for index in part { unsafe ends[Int(keys[index].number >> shift & 0xFF)] &+= 1 }
    var start = part.lowerBound
    for byte in ends.indices { (ends[byte], start) = (start, start &+ ends[byte]) }
    for index in part {
      let key = unsafe keys[index]
      let byte = Int(key.number >> shift & 0xFF)
      unsafe scratch.initializeElement(at: ends[byte], to: key)
      ends[byte] &+= 1
    }
    for index in part { unsafe keys[index] = scratch[index] }
    start = part.lowerBound
    for byte in ends.indices where ends[byte] > start {
      next(start..<ends[byte])
      start = ends[byte]
    }
  }

  private func insert(_ part: Range<Int>, _ names: RawSpan, nextOffset: Int, _ name: NamePlace) {
    for index in part.dropFirst() {
      let key = unsafe keys[index]
      var place = index
      while place > part.lowerBound {
        let before = unsafe keys[place - 1]
        guard Self.precedes(key, before, names, nextOffset, name) else { break }
        unsafe keys[place] = before
        place -= 1
      }
      unsafe keys[place] = key
    }
  }

  private func compare(_ part: Range<Int>, _ names: RawSpan, nextOffset: Int, _ name: NamePlace) {
    let slice = unsafe UnsafeMutableBufferPointer(rebasing: keys[part])
    var all = unsafe Array(slice)
    all.sort { Self.precedes($0, $1, names, nextOffset, name) }
    for (index, key) in all.enumerated() { unsafe slice[index] = key }
  }

  @inline(__always)
  private static func precedes(
    _ left: Key, _ right: Key, _ names: RawSpan, _ offset: Int, _ name: NamePlace
  ) -> Bool {
    if left.number != right.number { return left.number < right.number }
    return names.extracting(name(left.row)).precedes(names.extracting(name(right.row)), from: offset)
  }
}

extension RawSpan {
  /// Whether these bytes, from `offset` on, sort before those of `other`; the shorter first where one begins the other.
  fileprivate func precedes(_ other: RawSpan, from offset: Int) -> Bool {
    let shared = min(byteCount, other.byteCount)
    var offset = offset
    while offset < shared {
      let (ours, theirs) = (bigEndianWord(at: offset), other.bigEndianWord(at: offset))
      if ours != theirs { return ours < theirs }
      offset += 8
    }
    return byteCount < other.byteCount
  }
}
