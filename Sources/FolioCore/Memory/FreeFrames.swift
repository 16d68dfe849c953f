/// Which frames of an arena are free, and in which order they are handed out.
struct FreeFrames: Sendable {
  private var isFree: [Bool]
  /// How many mappings there are of the folio that begins with a frame.
  private var pins: [Int]
  private let order: FrameOrder
  private var state: UInt64

  init(count: Int, order: FrameOrder) {
    isFree = Array(repeating: true, count: count)
    pins = Array(repeating: 0, count: count)
    self.order = order
    state = if case .scattered(let seed) = order { seed } else { 0 }
  }

  /// Takes `count` frames; nil where there is no run, or not enough apart.
  mutating func take(_ count: Int) -> [Int]? {
    let frames = order == .inOrder ? neighbours(count) : apart(count)
    for frame in frames ?? [] { isFree[frame] = false }
    return frames
  }

  mutating func give(_ frames: [Int]) {
    for frame in frames {
      trapUnless(!isFree[frame], "frame \(frame) is given back twice")
      isFree[frame] = true
    }
  }

  /// Counts a mapping of the folio that begins with `frame`, or its end.
  mutating func pin(_ frame: Int, by change: Int) {
    pins[frame] += change
  }

  func isPinned(_ frame: Int) -> Bool { pins[frame] > 0 }

  /// First fit.
  private func neighbours(_ count: Int) -> [Int]? {
    var runStart = 0
    for frame in isFree.indices {
      guard isFree[frame] else {
        runStart = frame + 1
        continue
      }
      if frame + 1 - runStart == count { return Array(runStart...frame) }
    }
    return nil
  }

  /// Frames of which none stands before or after the next one. Takes an arena with some room to spare.
  private mutating func apart(_ count: Int) -> [Int]? {
    var left = isFree.indices.filter { isFree[$0] }
    var frames: [Int] = []
    while frames.count < count {
      let fitting = left.indices.filter { place in frames.last.map { abs(left[place] - $0) > 1 } ?? true }
      guard !fitting.isEmpty else { return nil }
      frames.append(left.remove(at: fitting[Int(random() % UInt64(fitting.count))]))
    }
    return frames
  }

  /// SplitMix64: the same seed, the same numbers.
  private mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
