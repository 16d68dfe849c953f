import Basics

/// Bytes that are appended to, in memory of their own.
///
/// No array: a listing appends several times for each entry, and an array's append is a call that asks whether anybody
/// else holds the array.
@safe
public struct ByteBuffer: ~Copyable {
  // Nil until there is something to hold.
  @usableFromInline
  var memory: UnsafeMutableRawPointer?
  /// How many bytes it has memory for.
  public internal(set) var capacity = 0
  @usableFromInline
  var used = 0

  /// How many bytes are in it.
  @inlinable
  public var count: Int { used }

  /// An empty buffer, without memory.
  public init() {}

  deinit {
    unsafe memory?.deallocate()
  }

  /// What is in it.
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let filled = unsafe UnsafeRawBufferPointer(start: memory, count: used)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: filled), borrowing: self)
    }
  }

  /// Gives `body` what is in it: for those that a class holds, whose spans Swift 6.3 lets go nowhere.
  public func withBytes<Failure: Error>(_ body: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    try body(bytes)
  }

  /// Appends one byte.
  @inlinable
  @inline(__always)
  public mutating func append(_ byte: UInt8) {
    unsafe end(with: 1).storeBytes(of: byte, as: UInt8.self)
    used &+= 1
  }

  /// Appends bytes.
  @inlinable
  @inline(__always)
  public mutating func append(_ more: RawSpan) {
    let end = unsafe end(with: more.byteCount)
    unsafe more.withUnsafeBytes { unsafe end.copySmall(from: $0) }
    used &+= more.byteCount
  }

  /// Appends all three.
  @inlinable
  @inline(__always)
  public mutating func append(_ first: RawSpan, _ second: RawSpan, _ last: UInt8) {
    let more = first.byteCount &+ second.byteCount &+ 1
    let end = unsafe end(with: more)
    unsafe first.withUnsafeBytes { unsafe end.copySmall(from: $0) }
    unsafe second.withUnsafeBytes { unsafe (end + first.byteCount).copySmall(from: $0) }
    unsafe end.storeBytes(of: last, toByteOffset: more &- 1, as: UInt8.self)
    used &+= more
  }

  /// Appends the bytes of `value` as they are in memory.
  @inlinable
  @inline(__always)
  public mutating func append<Value: BitwiseCopyable>(valueOf value: Value) {
    let size = MemoryLayout<Value>.size
    unsafe end(with: size).storeBytes(of: value, as: Value.self)
    used &+= size
  }

  /// Appends a number in decimal digits, with blanks before it up to `width` cells.
  public mutating func append(decimal magnitude: UInt64, isNegative: Bool, width: Int) {
    let digitCount = magnitude.digitCount
    let count = max(width, digitCount + (isNegative ? 1 : 0))
    let end = unsafe end(with: count)
    var place = count
    var rest = magnitude
    while rest >= 100 {
      let (next, two) = rest.quotientAndRemainder(dividingBy: 100)
      place &-= 2
      let digits = 0x3030 | UInt16(truncatingIfNeeded: two / 10) | UInt16(truncatingIfNeeded: two % 10) << 8
      unsafe end.storeBytes(of: digits.littleEndian, toByteOffset: place, as: UInt16.self)
      rest = next
    }
    repeat {
      let (next, digit) = rest.quotientAndRemainder(dividingBy: 10)
      place &-= 1
      unsafe end.storeBytes(
        of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit), toByteOffset: place, as: UInt8.self)
      rest = next
    } while rest > 0
    if isNegative {
      place -= 1
      unsafe end.storeBytes(of: UInt8(ascii: "-"), toByteOffset: place, as: UInt8.self)
    }
    while place > 0 {
      place -= 1
      unsafe end.storeBytes(of: UInt8(ascii: " "), toByteOffset: place, as: UInt8.self)
    }
    used += count
  }

  /// Forgets what is in it, and keeps the memory unless that is more than `limit` bytes.
  public mutating func removeAll(keeping limit: Int = .max) {
    used = 0
    guard capacity > limit else { return }
    unsafe memory?.deallocate()
    unsafe (memory, capacity) = (nil, 0)
  }

  /// Where the next bytes go; there is room for `more` of them.
  @inlinable
  @inline(__always)
  mutating func end(with more: Int) -> UnsafeMutableRawPointer {
    if let memory = unsafe memory, capacity &- used >= more { return unsafe memory + used }
    return unsafe grow(by: more)
  }

  @usableFromInline
  @inline(never)
  mutating func grow(by more: Int) -> UnsafeMutableRawPointer {
    let larger = max(2 * capacity, used + more)
    let moved = unsafe UnsafeMutableRawPointer.allocateLarge(byteCount: larger)
    if let memory = unsafe memory {
      unsafe moved.copyMemory(from: memory, byteCount: used)
      unsafe memory.deallocate()
    }
    unsafe (memory, capacity) = (moved, larger)
    return unsafe moved + used
  }
}

extension UInt64 {
  /// How many digits it has as a decimal number.
  public var digitCount: Int {
    // 1233 / 4096 is the logarithm of 2, so the estimate is right or one too low: a power of ten tells.
    let number = self | 1
    let estimate = ((64 &- number.leadingZeroBitCount) &* 1233) >> 12
    return estimate &+ (number >= Self.powersOfTen[estimate] ? 1 : 0)
  }

  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
