import Basics

/// Ranges of an image that will be needed, asked for in the order of the disk: its head passes over them once.
///
/// Positions are bytes from the start of the file system.
struct DiskSweep {
  /// So many ranges stand in memory at most. Whoever needs the others reads them.
  private static var mostRanges: Int { 1 << 20 }
  /// Progress is told after so many bytes.
  private static var step: UInt64 { 1 << 20 }

  private let image: any ByteSource
  private var ranges: [Range<BytePosition>] = []
  /// How many bytes have been asked for, with gaps, and in how many pieces.
  private(set) var byteCount: UInt64 = 0
  private(set) var seekCount: UInt64 = 0

  init(_ image: any ByteSource) {
    self.image = image
  }

  /// What has been asked for costs as much as reading so many bytes.
  var cost: UInt64 { byteCount + seekCount * image.byteCountOfSeek }

  /// Adds a range, which may lie anywhere: what is after the end of the image is left out.
  mutating func add(_ range: Range<BytePosition>) {
    let range = range.clamped(to: 0..<image.end)
    if !range.isEmpty, ranges.count < Self.mostRanges { ranges.append(range) }
  }

  /// What is read for the ranges, in the order of the disk.
  ///
  /// A gap that costs less than a seek is read through, where all stay below `most` bytes that way.
  func pieces(within most: UInt64 = .max) -> [Range<BytePosition>] {
    let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
    let pieces = Self.merged(sorted, gap: image.byteCountOfSeek)
    return Self.byteCount(of: pieces) <= most ? pieces : Self.merged(sorted, gap: 0)
  }

  static func byteCount(of pieces: [Range<BytePosition>]) -> UInt64 {
    pieces.reduce(0) { $0 + UInt64($1.count) }
  }

  /// Asks for the ranges added so far, as far as `most` bytes go.
  ///
  /// - Parameter progress: hears which part of them has been asked for, from 0 to 1.
  /// - Returns: whether that was all.
  @discardableResult
  mutating func ask(within most: UInt64, progress: (Double) -> Void = { _ in }) -> Bool {
    let pieces = pieces(within: most)
    let total = Self.byteCount(of: pieces)
    ranges.removeAll()
    var asked: UInt64 = 0
    defer { byteCount += asked }
    for piece in pieces {
      seekCount += 1
      var rest = piece
      while !rest.isEmpty {
        guard asked < most else { return false }
        let end = min(rest.upperBound, rest.lowerBound + min(Self.step, most - asked))
        image.willNeed(rest.lowerBound..<end)
        asked += end - rest.lowerBound
        rest = end..<rest.upperBound
        progress(Double(asked) / Double(total))
      }
    }
    return true
  }

  /// Ranges that are in order, in one where no more than `gap` bytes lie between.
  private static func merged(_ sorted: [Range<BytePosition>], gap: UInt64) -> [Range<BytePosition>] {
    var pieces: [Range<BytePosition>] = []
    for range in sorted {
      if let last = pieces.last, range.lowerBound <= last.upperBound + gap {
        pieces[pieces.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        pieces.append(range)
      }
    }
    return pieces
  }
}

extension ByteSource {
  /// What a disk reads in the time of a seek: some 10 ms at 100 MB a second, or 0.1 ms at 600.
  var byteCountOfSeek: UInt64 { isRotational ? 1 << 20 : 1 << 16 }
}
