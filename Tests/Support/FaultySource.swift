import Basics
import Synchronization
import SystemPackage

@testable import ExtVolume

/// Bytes of an image as a disk gives them that fails, lies, vanishes or changes.
///
/// All reads of an image go through its one source, ours and those of libext2fs. The fault is about one byte: a read that holds
/// it is a *touch*, and touches are kept in order.
final class FaultySource: ByteSource {
  enum Fault: Sendable {
    case none
    /// Each touch fails.
    case fails(at: Int, Errno = .ioError)
    /// The first touch fails, and every read after it.
    case vanishes(at: Int)
    /// Touches of these numbers, the first is 1, are given another byte: one bit apart.
    case lies(at: Int, inTouches: @Sendable (Int) -> Bool)
    /// Does something at the first touch, before bytes are read.
    case calls(at: Int, @Sendable () -> Void)
    /// One read in so many has a bit changed by chance.
    case scrambles(oneIn: Int, seed: UInt64)
  }

  private struct State {
    var touches: [Range<BytePosition>] = []
    var reads: [Range<BytePosition>] = []
    var hasVanished = false
    var random = SeededRandom(seed: 0)
  }

  private let whole: any ByteSource
  private let fault: Fault
  private let state: Mutex<State>

  init(_ whole: any ByteSource, _ fault: Fault = .none) {
    self.whole = whole
    self.fault = fault
    var state = State()
    if case .scrambles(_, let seed) = fault { state.random = SeededRandom(seed: seed) }
    self.state = Mutex(state)
  }

  /// The reads that held the byte, in order, as ranges of bytes.
  var touches: [Range<BytePosition>] { state.withLock { $0.touches } }
  /// All reads, in order.
  var reads: [Range<BytePosition>] { state.withLock { $0.reads } }

  /// Forgets the reads so far.
  func forgetReads() {
    state.withLock { ($0.reads, $0.touches) = ([], []) }
  }

  private var place: BytePosition? {
    switch fault {
    case .none, .scrambles: nil
    case .fails(let at, _), .vanishes(let at), .lies(let at, _), .calls(let at, _):
      UInt64(exactly: at).map { BytePosition($0) }
    }
  }

  var byteCount: UInt64 { whole.byteCount }
  var file: FileSource? { whole.file }

  func isInMemory(at position: BytePosition) -> Bool { whole.isInMemory(at: position) }
  func willNeed(_ range: Range<BytePosition>) { whole.willNeed(range) }
  func nextData(from position: BytePosition) -> BytePosition? { whole.nextData(from: position) }
  func dataEnd(from position: BytePosition) -> BytePosition { whole.dataEnd(from: position) }

  func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
    let (count, (end, overflow)) = (
      destination.byteCount, position.addingReportingOverflow(UInt64(destination.byteCount))
    )
    let range = position..<(overflow ? .max : end)
    let touched = place.map(range.contains) ?? false
    let (touch, hasVanished) = state.withLock { state in
      state.reads.append(range)
      if touched { state.touches.append(range) }
      if case .vanishes = fault, touched { state.hasVanished = true }
      return (state.touches.count, state.hasVanished)
    }
    if hasVanished { throw .system(.operationNotSupportedByDevice, position: position) }
    if touched {
      if case .fails(_, let errno) = fault { throw .system(errno, position: position) }
      if case .calls(_, let body) = fault, touch == 1 { body() }
    }
    try whole.read(into: &destination, at: position)
    if touched, case .lies(let at, let lies) = fault, lies(touch) {
      change(&destination, at: at - Int(position.rawValue), bit: 0)
    }
    if case .scrambles(let oneIn, _) = fault, count > 0 {
      let (chosen, place, bit) = state.withLock { state in
        (state.random.below(oneIn), state.random.below(count), UInt8(state.random.below(8)))
      }
      if chosen == 0 { change(&destination, at: place, bit: bit) }
    }
  }

  private func change(_ bytes: inout MutableRawSpan, at offset: Int, bit: UInt8) {
    unsafe bytes.withUnsafeMutableBytes { unsafe $0[offset] ^= 1 << bit }
  }
}
