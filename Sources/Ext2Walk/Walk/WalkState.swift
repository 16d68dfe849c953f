import FolioCore

/// A directory of a ``ParallelWalk``, from when it is found until its output has been handed on.
final class WalkNode {
  enum State {
    case pending, taken, finished
  }

  let directory: FoundDirectory
  fileprivate(set) var state = State.pending
  /// What comes next in the order of the walk.
  fileprivate var next: WalkNode?
  fileprivate var children: [WalkNode] = []
  fileprivate(set) var piece = WalkPiece()
  /// Whether the inode is walked under another name, or one above it is.
  fileprivate(set) var isDropped = false
  /// Whether some of its output has been handed on.
  var hasBegun = false

  fileprivate init(_ directory: FoundDirectory) {
    self.directory = directory
  }
}

/// What the threads of a ``ParallelWalk`` share.
struct WalkState {
  /// The first directory in the order of the walk whose output is still to be handed on; nil at the end.
  private var head: WalkNode?
  /// Directories to be read, the next last; those that were taken out of turn still stand here.
  private var pending: [WalkNode]
  private var walked: Set<UInt32>
  /// Output that waits for its turn, in bytes.
  private var heldByteCount = 0
  /// Whether a thread hands something on.
  var isHandingOn = false
  private(set) var failure: OutputError?

  private static var mostHeldBytes: Int { 1 << 22 }

  init(_ root: FoundDirectory) {
    let node = WalkNode(root)
    head = node
    pending = [node]
    walked = [root.inode]
  }

  var pendingCount: Int { pending.count }

  mutating func fail(_ error: OutputError) {
    failure = failure ?? error
    isHandingOn = false
  }

  /// Takes directories to be read; none at the end; nil where there are none now.
  mutating func take(upTo most: Int, threadCount: Int) -> [WalkNode]? {
    guard failure == nil, let head else { return [] }
    var taken: [WalkNode] = []
    if heldByteCount > Self.mostHeldBytes {
      if head.state == .pending { taken = [head] }
    } else {
      let count = min(most, max(1, pending.count / (2 * threadCount)))
      while taken.count < count, let node = pending.popLast() {
        if node.state == .pending { taken.append(node) }
      }
    }
    for node in taken { node.state = .taken }
    return taken.isEmpty ? nil : taken
  }

  /// Puts what was found in directories behind them.
  mutating func finish(_ finished: [(node: WalkNode, piece: WalkPiece)]) {
    for (node, piece) in finished.reversed() {
      node.piece = piece
      node.children = piece.children.map { WalkNode($0) }
      node.piece.children = []
      var last = node
      for child in node.children {
        (child.next, last.next) = (last.next, child)
        last = child
      }
      pending += node.children.reversed()
      node.state = .finished
      heldByteCount += piece.output.count
    }
  }

  /// The directory whose turn it is, if it is finished and no thread is handing on; with those of its children that are
  /// walked elsewhere.
  mutating func beginHandingOn() -> (node: WalkNode, secondNames: [FoundDirectory])? {
    guard failure == nil, !isHandingOn, let node = head, node.state == .finished else { return nil }
    isHandingOn = true
    var secondNames: [FoundDirectory] = []
    for child in node.children {
      if node.isDropped {
        child.isDropped = true
      } else if !walked.insert(child.directory.inode).inserted {
        child.isDropped = true
        secondNames.append(child.directory)
      }
      // What is dropped need not be read.
      if child.isDropped, child.state == .pending { child.state = .finished }
    }
    return (node, secondNames)
  }

  mutating func endHandingOn(_ node: WalkNode) {
    heldByteCount -= node.piece.output.count
    head = node.next
    // Nodes end one by one, and not each in the end of the one before.
    node.next = nil
    isHandingOn = false
  }

  /// Begins to hand on a part of a directory's output, or says why that can't be; nil while it isn't its turn.
  mutating func beginStreaming(_ node: WalkNode) -> OutputError?? {
    if let failure { return .some(failure) }
    guard !isHandingOn, head === node else { return nil }
    isHandingOn = true
    return .some(nil)
  }
}
