import Basics

/// Parts of an image that will be needed, asked for in the order of the disk: the head passes over them once.
///
/// Positions are bytes from the start of the file system.
struct DiskSweep {
  /// What a disk with a head reads in the time of a jump: some 10 ms, at 100 MB a second. So long a gap is read through.
  static var byteCountOfJump: UInt64 { 1 << 20 }
  /// So long a gap is read through where there is no head: requests are served together that need not be one.
  private static var gapWithoutHead: UInt64 { 1 << 15 }
  /// So many parts stand in memory at most: those are asked for, and the next begin another sweep.
  private static var mostParts: Int { 1 << 20 }

  private let image: any ByteSource
  private let largestGap: UInt64
  private var parts: [Range<BytePosition>] = []
  /// How much has been asked for, with the gaps, and in how many pieces.
  private(set) var byteCount: UInt64 = 0
  private(set) var jumpCount: UInt64 = 0

  init(_ image: any ByteSource) {
    self.image = image
    largestGap = image.hasHead ? Self.byteCountOfJump : Self.gapWithoutHead
  }

  /// What it has cost, as if all were bytes.
  var cost: UInt64 { byteCount + jumpCount * Self.byteCountOfJump }

  /// Adds a part, which may lie anywhere: what is after the end of the image is left out.
  mutating func add(_ part: Range<BytePosition>) {
    let part = part.clamped(to: 0..<image.end)
    guard !part.isEmpty else { return }
    parts.append(part)
    if parts.count >= Self.mostParts { ask() }
  }

  /// How much would be asked for, with the gaps, and in how many pieces.
  var planned: (byteCount: UInt64, jumpCount: UInt64) {
    let pieces = pieces(of: parts)
    return (pieces.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) }, UInt64(pieces.count))
  }

  /// Asks for the parts added so far.
  ///
  /// - Parameter progress: hears which part of them have been asked for, from 0 to 1.
  mutating func ask(progress: (Double) -> Void = { _ in }) {
    let pieces = pieces(of: parts)
    parts.removeAll(keepingCapacity: true)
    for (index, piece) in pieces.enumerated() {
      progress(Double(index) / Double(pieces.count))
      image.willNeed(piece)
      byteCount += piece.upperBound - piece.lowerBound
    }
    jumpCount += UInt64(pieces.count)
  }

  /// Parts in the order of the disk, those in one piece that have no large gap between them.
  private func pieces(of parts: [Range<BytePosition>]) -> [Range<BytePosition>] {
    var pieces: [Range<BytePosition>] = []
    for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = pieces.last, part.lowerBound <= last.upperBound + largestGap {
        pieces[pieces.count - 1] = last.lowerBound..<max(last.upperBound, part.upperBound)
      } else {
        pieces.append(part)
      }
    }
    return pieces
  }
}
