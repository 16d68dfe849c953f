/// A part of another source, from a position to its end: what `--offset` and `--partition` lead to.
package struct PartSource: ByteSource {
  private let whole: any ByteSource
  private let start: UInt64
  package let byteCount: UInt64

  /// Throws where the part would begin at or after the end.
  package init(of whole: any ByteSource, from start: UInt64) throws(VolumeError) {
    guard start < whole.byteCount else {
      let (position, end) = (whole.positionOnDevice(of: start), whole.positionOnDevice(of: whole.byteCount))
      throw .unfit(.offsetAfterEnd(offset: position, end: end))
    }
    self.whole = whole
    self.start = start
    byteCount = whole.byteCount - start
  }

  package var file: FileSource? { whole.file }

  package func read(into destination: inout MutableRawSpan, at position: UInt64) throws(ReadError) {
    try checkBounds(destination.byteCount, at: position)
    do throws(ReadError) {
      try whole.read(into: &destination, at: start + position)
    } catch {
      // Positions count from the start of the part.
      switch error {
      case .system(let errno, let position): throw .system(errno, position: position - start)
      case .pastEnd(let position, let byteCount):
        throw .pastEnd(position: position - start, byteCount: byteCount - min(byteCount, start))
      }
    }
  }

  package func willNeed(_ range: Range<UInt64>) {
    let part = range.clamped(to: 0..<byteCount)
    whole.willNeed(start + part.lowerBound..<start + part.upperBound)
  }

  package func nextData(from position: UInt64) -> UInt64? {
    guard position < byteCount else { return nil }
    return whole.nextData(from: start + position).map { max(position, $0 - start) }
  }

  package func dataEnd(from position: UInt64) -> UInt64 {
    whole.dataEnd(from: start + min(position, byteCount)) - start
  }

  package func positionOnDevice(of position: UInt64) -> UInt64 {
    // Only a message asks of positions that no file can have.
    whole.positionOnDevice(of: start.addingReportingOverflow(position).partialValue)
  }
}
