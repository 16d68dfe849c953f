import FolioCore
import TextOutput

/// Reads directories on one thread.
protocol WalkWorker: ~Copyable, SendableMetatype {
  /// Asks for what these directories need, all at once, where reading is slow: a disk serves many as fast as one.
  mutating func readAhead(_ directories: [FoundDirectory])

  /// Reads a directory. What is to be written for it goes to the worker's output.
  mutating func read(_ directory: FoundDirectory) throws(OutputError) -> WalkFindings

  /// What has come together since it was taken last.
  var output: ByteBuffer { get set }
}

/// What came of a directory, but for its output.
struct WalkFindings {
  /// What is to be said of it.
  var messages: [String] = []
  /// Those in it that are to be walked too, in order.
  var children: [FoundDirectory] = []
  /// How many entries it has.
  var entryCount = 0
}

/// What takes the output of all directories in the order of a walk by one thread. Called by one thread at a time.
protocol WalkTaker: AnyObject {
  /// What follows is that of another directory.
  func begin() throws(OutputError)
  func take(_ output: RawSpan) throws(OutputError)
  /// The directory is complete.
  ///
  /// - Parameters:
  ///   - findings: its messages and counts.
  ///   - secondNames: those of its children that are walked elsewhere already, and so not again.
  func end(_ directory: FoundDirectory, _ findings: WalkFindings, secondNames: [FoundDirectory])
}

/// Walks a tree of directories on several threads, and hands on what comes of them in the order of a walk by one:
/// parents before children, a directory's own entries before any child's, as `ls -R`.
///
/// Directories stand in a list in that order, from the first whose output is still to be handed on. Threads take those
/// that come next. An inode is walked once: which of its names counts is decided when its parent's turn comes, and what
/// was read under another is dropped. What waits for its turn is bounded: where there is too much of it, only the
/// directory whose turn it is goes on, and what waits beside is a directory of each thread.
final class ParallelWalk<Worker: WalkWorker & ~Copyable>: @unchecked Sendable {
  private let taker: any WalkTaker
  private let makeWorker: @Sendable (_ sink: any ByteSink) throws -> Worker
  private let monitor: Monitor<WalkState>
  private let threadCount: Int

  /// So many directories are taken at once at most: taking them costs about as much as reading one.
  private static var largestBatch: Int { 16 }
  /// Where a directory takes longer than this, it isn't in memory, or it is large: asking for it ahead takes a hundredth.
  private static var slow: Duration { .microseconds(100) }
  /// So many must wait before more threads are worth their start.
  private static var fewestForThreads: Int { 32 }

  private init(
    _ root: FoundDirectory, threadCount: Int, to taker: any WalkTaker,
    makeWorker: @escaping @Sendable (_ sink: any ByteSink) throws -> Worker
  ) {
    self.taker = taker
    self.makeWorker = makeWorker
    self.threadCount = threadCount
    monitor = Monitor(WalkState(root))
  }

  /// Walks `root` and all that is found below it.
  ///
  /// - Parameters:
  ///   - worker: reads on this thread.
  ///   - sink: what `worker` was made with.
  ///   - makeWorker: makes one for another thread. Where it throws, that thread does nothing.
  static func run(
    from root: FoundDirectory, threadCount: Int, worker: inout Worker, sink: WalkSink,
    to taker: any WalkTaker,
    makeWorker: @escaping @Sendable (_ sink: any ByteSink) throws -> Worker
  ) throws(OutputError) {
    let walk = ParallelWalk(root, threadCount: threadCount, to: taker, makeWorker: makeWorker)
    var threads: [Thread] = []
    walk.work(&worker, sink) {
      guard threads.isEmpty, $0 >= Self.fewestForThreads else { return }
      for _ in 1..<max(1, threadCount) {
        if let thread = Thread({ walk.workOnThisThread() }) { threads.append(thread) }
      }
    }
    for thread in threads { thread.join() }
    walk.monitor.withLock { $0.end() }
    if let failure = walk.monitor.withLock({ $0.failure }) { throw failure }
  }

  private func workOnThisThread() {
    let sink = WalkSink()
    // The first thread walks alone then.
    guard var worker = try? makeWorker(sink) else { return }
    work(&worker, sink) { _ in }
  }

  /// Reads directories until there are none left, some at once as long as little comes of them. `tell` is told how many wait to be read.
  private func work(_ worker: inout Worker, _ sink: WalkSink, tell: (Int) -> Void) {
    // It holds this walk for as long as it works for it.
    defer { sink.whenFull = { _ in true } }
    var isSlow = false
    while true {
      let batch = monitor.wait { $0.take(upTo: Self.largestBatch, threadCount: threadCount) }
      if batch.isEmpty { return }
      let start = ContinuousClock.now
      if isSlow { worker.readAhead(batch.map(\.directory)) }
      let output = monitor.withLock { $0.spareOutput() }
      swap(&worker.output, &output.bytes)
      for (index, node) in batch.enumerated() {
        if index > 0, worker.output.count > sink.pieceByteCount {
          // Much came of the ones before: the others wait, for this thread or another.
          monitor.withLock { $0.giveBack(batch[index...]) }
          break
        }
        sink.whenFull = { [self] (output) throws(OutputError) in try stream(output, of: node, sink) }
        do throws(OutputError) {
          let findings = try worker.read(node.directory)
          sink.finished.append(WalkPiece(node, findings, output: sink.start..<worker.output.count))
          sink.start = worker.output.count
        } catch {
          monitor.withLock { $0.fail(error) }
          monitor.signal()
          return
        }
      }
      sink.start = 0
      swap(&worker.output, &output.bytes)
      isSlow = ContinuousClock.now - start > Self.slow * batch.count
      tell(finish(&sink.finished, output: output))
    }
  }

  /// Says what came of directories, and hands on all whose turn it is. Returns how many wait to be read.
  @discardableResult
  private func finish(_ finished: inout [WalkPiece], output: WalkOutput) -> Int {
    let pendingCount = monitor.withLock { state in
      state.finish(finished, output: output)
      return state.pendingCount
    }
    finished.removeAll(keepingCapacity: true)
    handOn()
    return pendingCount
  }

  /// Hands on all directories whose turn it is, unless another thread does that.
  private func handOn() {
    while true {
      let nodes = monitor.withLock { $0.beginHandingOn() }
      if nodes.isEmpty { break }
      do throws(OutputError) {
        for node in nodes where !node.isDropped {
          try begin(node)
          try node.output?.hand(node.outputRange, to: taker)
          taker.end(node.directory, node.findings, secondNames: node.secondNames)
        }
        monitor.withLock { $0.endHandingOn(nodes) }
      } catch {
        monitor.withLock { $0.fail(error) }
      }
      monitor.signal()
    }
    monitor.signal()
  }

  /// Hands on a part of a directory's output if its turn has come. Never waits for that: what comes before it may have
  /// to be read by this very thread.
  ///
  /// - Parameter output: that part, behind the output of directories that were read together with it before.
  /// - Returns: whether it was handed on.
  private func stream(_ output: RawSpan, of node: WalkNode, _ sink: WalkSink) throws(OutputError) -> Bool {
    if let first = sink.finished.first {
      let before = WalkOutput()
      let start = first.output.lowerBound
      before.bytes.append(output.extracting(start..<sink.start))
      sink.finished = sink.finished.map { $0.moved(by: -start) }
      finish(&sink.finished, output: before)
    }
    guard try monitor.withLock({ (state) throws(OutputError) in try state.beginStreaming(node) }) else {
      return false
    }
    defer {
      monitor.withLock { $0.isHandingOn = false }
      monitor.signal()
    }
    if !node.isDropped {
      try begin(node)
      try taker.take(output.extracting(droppingFirst: sink.start))
    }
    sink.start = 0
    return true
  }

  private func begin(_ node: WalkNode) throws(OutputError) {
    if !node.hasBegun { try taker.begin() }
    node.hasBegun = true
  }
}

/// Where a worker's output goes when there is much of it; and what its thread has finished since it last said so.
final class WalkSink: ByteSink {
  let pieceByteCount = 1 << 18
  /// Takes output, or returns false.
  var whenFull: (RawSpan) throws(OutputError) -> Bool = { _ in true }
  fileprivate var finished: [WalkPiece] = []
  /// Where in the worker's output that of the directory begins that is being read.
  fileprivate var start = 0

  func write(_ bytes: RawSpan) throws(OutputError) -> Bool {
    try whenFull(bytes)
  }
}
