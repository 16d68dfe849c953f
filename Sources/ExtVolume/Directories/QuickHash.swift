public import Basics
import FolioCore

/// A hash of 64 bits that reads eight bytes at a time: the standard library's takes most of a check's time.
///
/// Seeded anew for each process, so that nobody can make names or records that collide. Multiplies as wyhash does:
/// both halves of a product of 128 bits are kept.
public struct QuickHash: Sendable {
  private static let seeds = (UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1)
  @usableFromInline
  let seed: UInt64
  /// The hash of what was added so far.
  public var value: UInt64

  /// The hash of nothing.
  public init() {
    (seed, value) = Self.seeds
  }

  /// Adds a word.
  @inlinable
  @inline(__always)
  public mutating func add(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: seed)
    value = (product.high ^ product.low) &+ word
  }

  /// Adds bytes and their number.
  @inlinable
  @inline(__always)
  public mutating func add(_ bytes: RawSpan) {
    add(UInt64(truncatingIfNeeded: bytes.byteCount))
    var offset = 0
    while offset &+ 8 <= bytes.byteCount {
      add(bytes.littleEndian(at: offset, as: UInt64.self))
      offset &+= 8
    }
    if offset < bytes.byteCount { add(bytes.bigEndianWord(at: offset)) }
  }
}
