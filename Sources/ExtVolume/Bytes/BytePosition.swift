import Basics

/// Where a byte of a ``ByteSource`` is, counted from 0 where that source begins: a file system, a disk, a whole file.
///
/// Of which source it is, the type doesn't say: ``inWhole(from:)`` and ``inPart(from:)`` go from one to the other.
package struct BytePosition: Ordinal {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Where it is in the whole, if it counts in a part that begins at `start`. Traps where no number says it.
  package func inWhole(from start: BytePosition) -> BytePosition { start + rawValue }

  /// Where it is in a part that begins at `start`, if it counts in the whole. Traps where it lies before the part.
  package func inPart(from start: BytePosition) -> BytePosition { BytePosition(rawValue: self - start) }

  /// The last multiple of `step` up to this position.
  func alignedDown(to step: UInt64) -> BytePosition { BytePosition(rawValue / step * step) }
}
