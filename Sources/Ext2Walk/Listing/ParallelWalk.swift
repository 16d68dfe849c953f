import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Reads directories on one thread.
protocol WalkWorker: ~Copyable, SendableMetatype {
  /// Whether a directory can be begun without waiting for a device.
  mutating func isInMemory(_ directory: FoundDirectory) -> Bool

  /// Begins a directory.
  mutating func begin(_ directory: FoundDirectory, to output: inout ByteBuffer)

  /// Goes on with the directory: appends what is to be written for it, until `output` holds `limit` bytes.
  ///
  /// - Returns: what came of the directory, once all of it is written; nil where there is more.
  mutating func goOn(to output: inout ByteBuffer, limit: Int) -> WalkFindings?
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
  /// Directories are asked for ahead; which part of what is planned has been, from 0 to 1.
  func isReadingAhead(part: Double)
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
  /// What is asked for where a directory isn't in memory; nil where the walk reads one only.
  private let plan: ReadPlan?
  private let makeWorker: @Sendable () throws -> Worker
  private let shared: ConditionLock<WalkState>
  private let threadCount: Int

  /// So many directories are taken at once at most: taking them costs about as much as reading one.
  private static var largestBatch: Int { 16 }
  /// How many bytes come together before they are handed on.
  private static var pieceByteCount: Int { 1 << 18 }
  /// So many must wait before more threads are worth their start.
  private static var fewestForThreads: Int { 32 }

  private init(
    _ root: FoundDirectory, threadCount: Int, plan: ReadPlan?, to taker: any WalkTaker,
    makeWorker: @escaping @Sendable () throws -> Worker
  ) {
    self.taker = taker
    self.plan = plan
    self.makeWorker = makeWorker
    self.threadCount = threadCount
    shared = ConditionLock(WalkState(root))
  }

  /// Walks `root` and all that is found below it.
  ///
  /// - Parameters:
  ///   - plan: asks for directories ahead. One thread at a time has it.
  ///   - worker: reads on this thread.
  ///   - makeWorker: makes one for another thread. Where it throws, that thread does nothing.
  static func run(
    from root: FoundDirectory, threadCount: Int, plan: ReadPlan?, worker: inout Worker,
    to taker: any WalkTaker,
    makeWorker: @escaping @Sendable () throws -> Worker
  ) throws(OutputError) {
    let walk = ParallelWalk(root, threadCount: threadCount, plan: plan, to: taker, makeWorker: makeWorker)
    var threads: [WorkerThread] = []
    walk.work(&worker) {
      guard threads.isEmpty, $0 >= Self.fewestForThreads else { return }
      for _ in 1..<max(1, threadCount) {
        if let thread = WorkerThread({ walk.workOnThisThread() }) { threads.append(thread) }
      }
    }
    for thread in threads { thread.join() }
    walk.shared.withLock { $0.end() }
    if let failure = walk.shared.withLock({ $0.failure }) { throw failure }
  }

  private func workOnThisThread() {
    // The first thread walks alone then.
    guard var worker = try? makeWorker() else { return }
    work(&worker) { _ in }
  }

  /// Reads directories until there are none left, some at once as long as little comes of them. `tell` is told how many
  /// wait to be read.
  private func work(_ worker: inout Worker, tell: (Int) -> Void) {
    while true {
      let (batch, isCovered) = shared.wait { take(&$0) }
      if batch.isEmpty { return }
      if !isCovered, let plan, !worker.isInMemory(batch[0].directory) { prepare(batch, by: plan) }
      var output = shared.withLock { $0.spareOutput() }
      var finished: [WalkPiece] = []
      for (index, node) in batch.enumerated() {
        if index > 0, output.bytes.count > Self.pieceByteCount {
          // Much came of the ones before: the others wait, for this thread or another.
          shared.withLock { $0.giveBack(batch[index...]) }
          break
        }
        do throws(OutputError) {
          finished.append(try read(node, &worker, after: &finished, to: &output))
        } catch {
          shared.withLock { $0.fail(error) }
          shared.signal()
          return
        }
      }
      tell(finish(finished, output: output))
    }
  }

  /// Takes directories, and says whether the plan needn't look at them.
  private func take(_ state: inout WalkState) -> ([WalkNode], isCovered: Bool)? {
    guard let batch = state.take(upTo: Self.largestBatch, threadCount: threadCount) else { return nil }
    guard let plan, let first = batch.first else { return (batch, true) }
    // While somebody plans, nobody else may ask the plan.
    return (batch, !state.isPlanning && plan.covers(first.directory.inode))
  }

  /// Asks for what the walk needs from these directories on. Meanwhile nothing is handed on, so the taker can say how far it is.
  private func prepare(_ batch: [WalkNode], by plan: ReadPlan) {
    guard shared.wait(for: { $0.beginPlanning() }) else { return }
    if !plan.covers(batch[0].directory.inode) {
      let directories = shared.withLock { $0.directories(from: batch, upTo: ReadPlan.mostDirectories) }
      plan.prepare(for: directories) { taker.isReadingAhead(part: $0) }
    }
    shared.withLock { $0.endPlanning() }
    handOn()
  }

  /// Reads a directory. Where much comes of it, what was finished before it is handed in, and its own output on, if its turn
  /// has come: this never waits for that, since what comes before it may have to be read by this very thread.
  ///
  /// - Parameters:
  ///   - finished: directories whose output is in `output`.
  ///   - output: another one afterwards, where `finished` was handed in.
  private func read(
    _ node: WalkNode, _ worker: inout Worker, after finished: inout [WalkPiece], to output: inout WalkOutput
  ) throws(OutputError) -> WalkPiece {
    var start = output.bytes.count
    var limit = start + Self.pieceByteCount
    worker.begin(node.directory, to: &output.bytes)
    while true {
      if let findings = worker.goOn(to: &output.bytes, limit: limit) {
        return WalkPiece(node, findings, output: start..<output.bytes.count)
      }
      if !finished.isEmpty {
        let own = WalkOutput()
        output.bytes.withBytes { own.bytes.append($0.extracting(droppingFirst: start)) }
        finish(finished, output: output)
        finished = []
        (output, start) = (own, 0)
      }
      if try stream(output, of: node) {
        output.bytes.removeAll()
        limit = Self.pieceByteCount
      } else {
        limit = 2 * output.bytes.count
      }
    }
  }

  /// Says what came of directories, and hands on all whose turn it is. Returns how many wait to be read.
  @discardableResult
  private func finish(_ finished: [WalkPiece], output: WalkOutput) -> Int {
    let pendingCount = shared.withLock { state in
      state.finish(finished, output: output)
      return state.pendingCount
    }
    handOn()
    return pendingCount
  }

  /// Hands on all directories whose turn it is, unless another thread does that.
  private func handOn() {
    while true {
      let nodes = shared.withLock { $0.beginHandingOn() }
      if nodes.isEmpty { break }
      do throws(OutputError) {
        for node in nodes where !node.isDropped {
          try begin(node)
          try node.output?.hand(node.outputRange, to: taker)
          taker.end(node.directory, node.findings, secondNames: node.secondNames)
        }
        shared.withLock { $0.endHandingOn(nodes) }
      } catch {
        shared.withLock { $0.fail(error) }
      }
      shared.signal()
    }
    shared.signal()
  }

  /// Hands on a part of a directory's output if its turn has come.
  ///
  /// - Returns: whether it was handed on.
  private func stream(_ output: WalkOutput, of node: WalkNode) throws(OutputError) -> Bool {
    guard try shared.withLock({ (state) throws(OutputError) in try state.beginStreaming(node) }) else {
      return false
    }
    defer {
      shared.withLock { $0.isHandingOn = false }
      shared.signal()
    }
    if !node.isDropped {
      try begin(node)
      try output.hand(0..<output.bytes.count, to: taker)
    }
    return true
  }

  private func begin(_ node: WalkNode) throws(OutputError) {
    if !node.hasBegun { try taker.begin() }
    node.hasBegun = true
  }
}
