import Basics
import FolioCore

/// Lets judges compare on a thread of their own, while directories are walked on another.
///
/// They share the volume with the walk: they alone use libext2fs' iterator, which is one thread's at a time. Where the system has no thread to give, they compare at once.
final class JudgeThread: @unchecked Sendable {
  /// A directory to be compared.
  private struct Case {
    let directory: Inode
    let path: [UInt8]
    let blocks: MappedBlocks
  }

  /// What judges found to differ, and in which directory.
  typealias Verdict = (difference: Judges.Difference, directory: UInt32, path: [UInt8])

  private struct State {
    var cases: [Case] = []
    var isComplete = false
  }

  private let monitor = ConditionLock(State())
  // The thread's, from its start to its end.
  private var judges: Judges
  private var verdicts: [Verdict] = []
  // The walk's.
  private var disregarded: Set<UInt32> = []
  private var thread: WorkerThread?

  /// So many directories may wait.
  private static var mostCases: Int { 256 }

  init(_ judges: consuming Judges) {
    self.judges = judges
    thread = WorkerThread { [self] in work() }
  }

  /// Has a directory compared whose blocks can all be found.
  func compare(_ directory: Inode, path: [UInt8], blocks: MappedBlocks) {
    let new = Case(directory: directory, path: path, blocks: blocks)
    if thread == nil { return judge(new) }
    monitor.wait { $0.cases.count < Self.mostCases ? $0.cases.append(new) : nil }
    monitor.signal()
  }

  /// Leaves out what is found in a directory: where records are damaged, each judge goes on in its own way.
  func disregard(_ directory: UInt32) {
    disregarded.insert(directory)
  }

  /// Waits until all have been compared. Nothing may be compared after that.
  ///
  /// - Returns: what differs, in the order of the walk, and what was compared.
  func finish() -> (verdicts: [Verdict], scope: Judges.Scope) {
    monitor.withLock { $0.isComplete = true }
    monitor.signal()
    thread?.join()
    thread = nil
    return (verdicts.filter { !disregarded.contains($0.directory) }, judges.scope)
  }

  /// Ends without comparing what still waits, where nobody wants the verdicts.
  func cancel() {
    monitor.withLock { $0.cases = [] }
    _ = finish()
  }

  private func work() {
    while true {
      let cases = monitor.wait { state -> [Case]? in
        defer { state.cases = [] }
        return state.cases.isEmpty && !state.isComplete ? nil : state.cases
      }
      if cases.isEmpty { return }
      monitor.signal()
      for each in cases { judge(each) }
    }
  }

  private func judge(_ each: Case) {
    for difference in judges.differences(in: each.directory, path: each.path, blocks: each.blocks) {
      verdicts.append((difference, each.directory.number, each.path))
    }
  }
}
