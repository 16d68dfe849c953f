import FolioCore

/// Bytes that are appended to, in memory of their own.
///
/// No array: a listing appends several times for each entry, and an array's append is a call that asks whether anybody
/// else holds the array.
@safe
struct ByteBuffer: ~Copyable {
  // No memory until there is something to hold.
  private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var count = 0

  init(capacity: Int = 0) {
    if capacity > 0 { grow(by: capacity) }
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// What is in it.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let filled = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: filled), borrowing: self)
    }
  }

  /// Gives `body` what is in it: for those that a class holds, whose spans Swift 6.3 lets go nowhere.
  func withBytes<Failure: Error>(_ body: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    try body(bytes)
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  mutating func append(_ more: RawSpan) {
    reserve(more.byteCount)
    unsafe more.withUnsafeBytes { unsafe memory.copyFewBytes(from: $0, at: count) }
    count += more.byteCount
  }

  /// Appends all three.
  @inline(__always)
  mutating func append(_ first: RawSpan, _ second: RawSpan, _ last: UInt8) {
    let more = first.byteCount &+ second.byteCount &+ 1
    reserve(more)
    unsafe first.withUnsafeBytes { unsafe memory.copyFewBytes(from: $0, at: count) }
    unsafe second.withUnsafeBytes { unsafe memory.copyFewBytes(from: $0, at: count &+ first.byteCount) }
    unsafe memory.storeBytes(of: last, toByteOffset: count &+ more &- 1, as: UInt8.self)
    count &+= more
  }

  /// Appends a number in decimal digits, with blanks before it up to `width` cells.
  mutating func append(decimal magnitude: UInt64, isNegative: Bool, width: Int) {
    let digitCount = magnitude.digitCount
    let count = max(width, digitCount + (isNegative ? 1 : 0))
    reserve(count)
    var place = self.count + count
    var rest = magnitude
    repeat {
      place -= 1
      unsafe memory.storeBytes(
        of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: place, as: UInt8.self)
      rest /= 10
    } while rest > 0
    if isNegative {
      place -= 1
      unsafe memory.storeBytes(of: UInt8(ascii: "-"), toByteOffset: place, as: UInt8.self)
    }
    while place > self.count {
      place -= 1
      unsafe memory.storeBytes(of: UInt8(ascii: " "), toByteOffset: place, as: UInt8.self)
    }
    self.count += count
  }

  /// Forgets what is in it, and keeps the memory unless that is more than `limit` bytes.
  mutating func removeAll(keeping limit: Int = .max) {
    count = 0
    guard unsafe memory.count > limit else { return }
    unsafe memory.deallocate()
    unsafe memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if unsafe memory.count - count < more { grow(by: more) }
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    let capacity = unsafe max(2 * memory.count, memory.count + more)
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    unsafe memory.deallocate()
    unsafe memory = larger
  }
}

extension UInt64 {
  /// How many digits it has as a decimal number.
  var digitCount: Int {
    var (count, bound) = (1, 10 as UInt64)
    while self >= bound {
      count += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    return count
  }
}
