import Basics
import Synchronization

@testable import ExtVolume

/// Bytes of an image on a disk of which nothing is in memory yet: a read of a page that isn't there waits for the disk.
final class ColdDisk: ByteSource {
  private struct State {
    var pages: Set<UInt64> = []
    var waits: [UInt64] = []
    var asked: [Range<BytePosition>] = []
    var pagesFromDisk = 0
  }

  private static let pageSize: UInt64 = 4096
  private let whole: any ByteSource
  private let state = Mutex(State())
  let isRotational: Bool

  init(_ whole: any ByteSource, isRotational: Bool = true) {
    self.whole = whole
    self.isRotational = isRotational
  }

  var byteCount: UInt64 { whole.byteCount }
  var file: FileSource? { nil }

  /// The pages that a read had to wait for, in order, as their first bytes.
  var waits: [UInt64] { state.withLock { $0.waits } }
  /// What was asked for ahead, in order.
  var asked: [Range<BytePosition>] { state.withLock { $0.asked } }
  /// How many bytes the disk was read for, in pages.
  var byteCountFromDisk: Int { state.withLock { $0.pagesFromDisk } * Int(Self.pageSize) }

  /// Forgets what was read and asked for; what is in memory stays there.
  func forget() {
    state.withLock { ($0.waits, $0.asked, $0.pagesFromDisk) = ([], [], 0) }
  }

  /// Nothing is in memory any more.
  func evict() {
    state.withLock { $0.pages = [] }
  }

  func isInMemory(at position: BytePosition) -> Bool {
    state.withLock { $0.pages.contains(position.rawValue / Self.pageSize) }
  }

  func willNeed(_ range: Range<BytePosition>) {
    state.withLock { state in
      state.asked.append(range)
      guard !range.isEmpty else { return }
      for page in range.lowerBound.rawValue / Self.pageSize...(range.upperBound.rawValue - 1) / Self.pageSize
      {
        if state.pages.insert(page).inserted { state.pagesFromDisk += 1 }
      }
    }
  }

  func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
    let count = UInt64(destination.byteCount)
    try whole.read(into: &destination, at: position)
    guard count > 0 else { return }
    state.withLock { state in
      for page in position.rawValue / Self.pageSize...(position.rawValue + count - 1) / Self.pageSize
      where state.pages.insert(page).inserted {
        state.waits.append(page * Self.pageSize)
        state.pagesFromDisk += 1
      }
    }
  }
}
