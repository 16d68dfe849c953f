/// A number that says which one of many: not how many, and not which of something else.
///
/// It has no more arithmetic than such a number needs: what lies so many after it, and how far it is from one to another.
/// ``RawRepresentable`` hashes it as its number is.
public protocol Ordinal: RawRepresentable, Hashable, Strideable, ExpressibleByIntegerLiteral,
  CustomStringConvertible, BitwiseCopyable, Sendable
where
  RawValue: UnsignedInteger & FixedWidthInteger & BitwiseCopyable & Sendable, IntegerLiteralType == RawValue,
  Stride == Int
{
  /// The one of this number.
  init(rawValue: RawValue)
}

extension Ordinal {
  /// The one of this number. Traps where it has more bits than there are.
  @inlinable
  @inline(__always)
  public init(_ number: some BinaryInteger) { self.init(rawValue: RawValue(number)) }

  /// The one of these bits of a number, as many as there are.
  @inlinable
  public init(truncatingIfNeeded number: some BinaryInteger) {
    self.init(rawValue: RawValue(truncatingIfNeeded: number))
  }

  /// The one of this number.
  @inlinable
  @inline(__always)
  public init(integerLiteral number: RawValue) { self.init(rawValue: number) }

  /// The number.
  @inlinable
  public var description: String { rawValue.description }

  /// Whether both are the same.
  @inlinable
  @inline(__always)
  public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

  /// Whether `left` comes before `right`.
  @inlinable
  @inline(__always)
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// How far it is to `other`. Traps where that is more than an `Int` can say.
  @inlinable
  @inline(__always)
  public func distance(to other: Self) -> Int {
    rawValue <= other.rawValue ? Int(other.rawValue - rawValue) : -Int(rawValue - other.rawValue)
  }

  /// The one so many after it, or before. Traps on overflow.
  @inlinable
  @inline(__always)
  public func advanced(by count: Int) -> Self {
    let distance = RawValue(count.magnitude)
    return Self(rawValue: count >= 0 ? rawValue + distance : rawValue - distance)
  }

  /// The one so many after it. Traps on overflow.
  @inlinable
  @inline(__always)
  public static func + (left: Self, count: RawValue) -> Self { Self(rawValue: left.rawValue + count) }

  /// Goes on to the one so many after it. Traps on overflow.
  @inlinable
  @inline(__always)
  public static func += (left: inout Self, count: RawValue) { left = left + count }

  /// The one so many after it, and whether that overflows: then the number begins anew at 0.
  @inlinable
  public func addingReportingOverflow(_ count: RawValue) -> (partialValue: Self, overflow: Bool) {
    let (number, overflow) = rawValue.addingReportingOverflow(count)
    return (Self(rawValue: number), overflow)
  }

  /// The one of the greatest number.
  @inlinable
  public static var max: Self { Self(rawValue: .max) }

  /// How many there are from `right` up to `left`. Traps where `right` comes after it.
  @inlinable
  @inline(__always)
  public static func - (left: Self, right: Self) -> RawValue { left.rawValue - right.rawValue }
}
