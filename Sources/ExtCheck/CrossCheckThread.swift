import Basics
import ExtVolume
import FolioCore

/// Runs the cross-check on a thread of its own, while directories are walked on another.
///
/// It shares the walk's volume, and alone uses libext2fs' iterator. Where the system has no thread to give, it compares at once.
final class CrossCheckThread: @unchecked Sendable {
  /// A directory to be compared.
  private struct PendingComparison {
    let directory: Inode
    let path: [UInt8]
    let blocks: BlockMap
  }

  private struct State {
    var pending: [PendingComparison] = []
    var isComplete = false
  }

  private let shared = ConditionLock(State())
  // The thread's, from its start to its end.
  private var crossCheck: CrossCheck
  private var findings: [Finding] = []
  // The walk's.
  private var disregarded: Set<InodeNumber> = []
  private var thread: WorkerThread?

  /// So many directories may wait.
  private static var mostPendingComparisons: Int { 256 }

  init(_ crossCheck: consuming CrossCheck) {
    self.crossCheck = crossCheck
    thread = WorkerThread { [self] in work() }
  }

  /// Has a directory compared whose blocks can all be found.
  func compare(_ directory: Inode, path: [UInt8], blocks: BlockMap) {
    let new = PendingComparison(directory: directory, path: path, blocks: blocks)
    if thread == nil { return compare(new) }
    shared.wait { $0.pending.count < Self.mostPendingComparisons ? $0.pending.append(new) : nil }
    shared.signal()
  }

  /// Leaves out what is found in a directory: where records are damaged, each reader goes on in its own way.
  func disregard(_ directory: InodeNumber) {
    disregarded.insert(directory)
  }

  /// Waits until all have been compared. Nothing may be compared after that.
  ///
  /// - Returns: what differs, in the order of the walk, and what was compared.
  func finish() -> (findings: [Finding], scope: CrossCheck.Scope) {
    shared.withLock { $0.isComplete = true }
    shared.signal()
    thread?.join()
    thread = nil
    return (
      findings.filter { finding in finding.inode.map { !disregarded.contains($0) } ?? true }, crossCheck.scope
    )
  }

  /// Ends without comparing what still waits, where nobody wants the findings.
  func cancel() {
    shared.withLock { $0.pending = [] }
    _ = finish()
  }

  private func work() {
    while true {
      let pending = shared.wait { state -> [PendingComparison]? in
        defer { state.pending = [] }
        return state.pending.isEmpty && !state.isComplete ? nil : state.pending
      }
      if pending.isEmpty { return }
      shared.signal()
      for each in pending { compare(each) }
    }
  }

  private func compare(_ each: PendingComparison) {
    findings += crossCheck.differences(in: each.directory, path: each.path, blocks: each.blocks)
  }
}
