import Basics

/// A part of another source, from a position to its end: a partition, or what begins further in.
package struct PartSource: ByteSource {
  private let whole: any ByteSource
  private let start: BytePosition
  package let byteCount: UInt64

  /// Throws where the part would begin at or after the end.
  package init(of whole: any ByteSource, from start: BytePosition) throws(VolumeError) {
    guard start < whole.end else {
      let (position, end) = (whole.positionOnDevice(of: start), whole.positionOnDevice(of: whole.end))
      throw .unfit(.offsetAfterEnd(offset: position, end: end))
    }
    self.whole = whole
    self.start = start
    byteCount = whole.end - start
  }

  package var file: FileSource? { whole.file }

  package func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
    try checkBounds(destination.byteCount, at: position)
    do throws(ReadError) {
      try whole.read(into: &destination, at: position.inWhole(from: start))
    } catch {
      // Positions count from the start of the part.
      switch error {
      case .system(let errno, let position): throw .system(errno, position: position.inPart(from: start))
      case .pastEnd(let position, let byteCount):
        throw .pastEnd(
          position: position.inPart(from: start), byteCount: byteCount - min(byteCount, start.rawValue))
      }
    }
  }

  package func willNeed(_ range: Range<BytePosition>) {
    let part = range.clamped(to: 0..<end)
    whole.willNeed(part.lowerBound.inWhole(from: start)..<part.upperBound.inWhole(from: start))
  }

  package func isInMemory(at position: BytePosition) -> Bool {
    position >= end || whole.isInMemory(at: position.inWhole(from: start))
  }

  package func nextData(from position: BytePosition) -> BytePosition? {
    guard position < end else { return nil }
    return whole.nextData(from: position.inWhole(from: start)).map { max(position, $0.inPart(from: start)) }
  }

  package func dataEnd(from position: BytePosition) -> BytePosition {
    whole.dataEnd(from: min(position, end).inWhole(from: start)).inPart(from: start)
  }

  package func positionOnDevice(of position: BytePosition) -> BytePosition {
    // Only a message asks of positions that no file can have.
    whole.positionOnDevice(of: start.addingReportingOverflow(position.rawValue).partialValue)
  }
}
