import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Puts the rows of a table in order: by a number each, and by name where numbers are the same.
///
/// A radix sort by the highest bits that differ, then the next eight bytes of names that are the same so far: most bytes
/// are looked at once, where a sort by comparisons would read two names for each of n log n.
@safe
struct RowOrder: ~Copyable {
  /// Where a row's name is among the bytes of all names.
  typealias NamePlace = (UInt32) -> Range<Int>

  /// A row and what it is sorted by next.
  private struct Key {
    var number: UInt64
    let row: UInt32
    /// What was last looked at of the number.
    var digit: UInt32 = 0
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
    unsafe keys = Self.allocateKeys(count)
    unsafe scratch = Self.allocateKeys(count > Self.fewest ? count : 0)
    for row in 0..<count {
      unsafe keys.initializeElement(at: row, to: Key(number: number(row), row: UInt32(row)))
    }
  }

  private static func allocateKeys(_ count: Int) -> UnsafeMutableBufferPointer<Key> {
    let memory = unsafe UnsafeMutableRawPointer.allocateLarge(byteCount: count * MemoryLayout<Key>.stride)
    return unsafe UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Key.self, capacity: count), count: count)
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
    distribute(part, by: Digit(of: differing, keyCount: part.count)) { stretch in
      sort(stretch, names, nextOffset: nextOffset, step: step, name)
    }
  }

  /// Some bits of a number, the highest of those that differ: bits in between, which are the same in all, are left out.
  /// Of decimal digits, four bits each differ.
  private struct Digit {
    /// Neighbouring bits: where they are, and how many.
    private var runs: [(shift: UInt64, width: UInt64)] = []
    private(set) var width: UInt64 = 0

    /// A digit with about as many values as there are keys.
    init(of differing: UInt64, keyCount: Int) {
      let most = UInt64(min(16, max(8, Int.bitWidth - keyCount.leadingZeroBitCount)))
      var rest = differing
      while rest != 0, width < most {
        let top = UInt64(63 - rest.leadingZeroBitCount)
        let run = min(UInt64((~(rest << (63 - top))).leadingZeroBitCount), most - width)
        runs.append((shift: top + 1 - run, width: run))
        width += run
        rest &= (1 << (top + 1 - run)) - 1
      }
    }

    @inline(__always)
    func value(in number: UInt64) -> UInt32 {
      var value: UInt64 = 0
      for run in runs { value = value &<< run.width | (number &>> run.shift & ((1 &<< run.width) &- 1)) }
      return UInt32(truncatingIfNeeded: value)
    }
  }

  /// Sorts by a digit of the numbers, the highest in which they differ. Hands on each stretch of one value.
  private func distribute(_ part: Range<Int>, by digit: Digit, _ next: (Range<Int>) -> Void) {
    var ends = [Int](repeating: 0, count: 1 << digit.width)
    var counts = ends.mutableSpan
    for index in part {
      let value = unsafe digit.value(in: keys[index].number)
      unsafe keys[index].digit = value
      counts[Int(value)] &+= 1
    }
    var start = part.lowerBound
    for value in counts.indices { (counts[value], start) = (start, start &+ counts[value]) }
    for index in part {
      let key = unsafe keys[index]
      unsafe scratch.initializeElement(at: counts[Int(key.digit)], to: key)
      counts[Int(key.digit)] &+= 1
    }
    for index in part { unsafe keys[index] = scratch[index] }
    start = part.lowerBound
    for end in ends where end > start {
      next(start..<end)
      start = end
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
