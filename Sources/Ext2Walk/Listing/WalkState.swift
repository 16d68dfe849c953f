import ExtVolume
import FolioCore
import TextOutput

/// Output of directories that were read together.
final class WalkOutput {
  var bytes = ByteBuffer()
  /// How many of these directories have not been handed on.
  fileprivate var nodeCount = 0

  func hand(_ part: Range<Int>, to taker: any WalkTaker) throws(OutputError) {
    try bytes.withBytes { (bytes) throws(OutputError) in try taker.take(bytes.extracting(part)) }
  }
}

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
  /// Where its output is, or the end of it, once it has been read.
  fileprivate(set) var output: WalkOutput?
  fileprivate(set) var outputRange = 0..<0
  /// How much of what waits is its own, messages too, in bytes.
  fileprivate var heldByteCount = 0
  /// But for the children, which are nodes by then.
  fileprivate(set) var findings = WalkFindings()
  /// Those of its children that are walked elsewhere; known when its turn has come.
  fileprivate(set) var secondNames: [FoundDirectory] = []
  /// Whether the inode is walked under another name, or one above it is.
  fileprivate(set) var isDropped = false
  /// Whether some of its output has been handed on.
  var hasBegun = false

  fileprivate init(_ directory: FoundDirectory) {
    self.directory = directory
  }
}

/// A directory that has been read, and what came of it.
struct WalkPiece {
  fileprivate let node: WalkNode
  fileprivate let findings: WalkFindings
  /// Where its output, or the end of it, is in that of all directories read together with it.
  let output: Range<Int>

  init(_ node: WalkNode, _ findings: WalkFindings, output: Range<Int>) {
    self.node = node
    self.findings = findings
    self.output = output
  }
}

/// What the threads of a ``ParallelWalk`` share.
struct WalkState {
  /// The first directory in the order of the walk whose output is still to be handed on; nil at the end.
  private var head: WalkNode?
  /// Directories in the reverse order of the walk: those to be read, and those being read, in whose place their children
  /// come. Others are removed when they are met.
  private var pending: [WalkNode]
  private var walked: Set<InodeNumber>
  /// Output and messages that wait for their turn, in bytes.
  private(set) var heldByteCount = 0
  /// Memory that held output before, and how much that is in bytes.
  private var spareOutputs: [WalkOutput] = []
  private var spareByteCount = 0
  /// Whether a thread hands something on.
  var isHandingOn = false
  /// Whether a thread plans what is read.
  private(set) var isPlanning = false
  private(set) var failure: OutputError?

  private static var mostHeldBytes: Int { 1 << 20 }
  /// So much is kept of memory that held output before.
  private static var mostSpareBytes: Int { 1 << 22 }
  /// So many directories are handed on at once.
  private static var mostHandedOn: Int { 64 }

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

  /// Empty memory for output.
  mutating func spareOutput() -> WalkOutput {
    guard let output = spareOutputs.popLast() else { return WalkOutput() }
    spareByteCount -= output.bytes.capacity
    return output
  }

  /// Takes directories to be read; none at the end; nil where there are none now.
  mutating func take(upTo most: Int, threadCount: Int) -> [WalkNode]? {
    guard failure == nil, let head else { return [] }
    var taken: [WalkNode] = []
    if heldByteCount > Self.mostHeldBytes {
      if head.state == .pending { taken = [head] }
    } else {
      let count = min(most, max(1, pending.count / (2 * threadCount)))
      taken.reserveCapacity(count)
      var passed: [WalkNode] = []
      while taken.count < count, let node = pending.popLast() {
        if node.state == .pending { taken.append(node) }
        if node.state != .finished { passed.append(node) }
      }
      pending += passed.reversed()
    }
    for node in taken { node.state = .taken }
    return taken.isEmpty ? nil : taken
  }

  /// Begins to plan what is read from here on, as if something were handed on.
  ///
  /// - Returns: whether it has begun: not where the walk has failed; nil while something is handed on or planned.
  mutating func beginPlanning() -> Bool? {
    guard failure == nil else { return false }
    guard !isHandingOn else { return nil }
    (isHandingOn, isPlanning) = (true, true)
    return true
  }

  mutating func endPlanning() {
    (isHandingOn, isPlanning) = (false, false)
  }

  /// Directories that were taken and those that come after them, in order.
  func directories(from taken: [WalkNode], upTo most: Int) -> [InodeNumber] {
    let waiting = pending.reversed().lazy.filter { $0.state == .pending }
    return (taken + waiting.prefix(most)).map(\.directory.inode)
  }

  /// Takes back directories that were taken and not read.
  mutating func giveBack(_ nodes: some Sequence<WalkNode>) {
    for node in nodes { node.state = .pending }
  }

  /// Takes what came of directories that were read together, and puts what was found in them after them.
  mutating func finish(_ pieces: [WalkPiece], output: WalkOutput) {
    output.nodeCount = pieces.count
    for piece in pieces {
      piece.node.output = output
      piece.node.outputRange = piece.output
      piece.node.heldByteCount = piece.output.count + piece.findings.messages.reduce(0) { $0 + $1.utf8.count }
      heldByteCount += piece.node.heldByteCount
    }
    for piece in pieces.reversed() {
      let node = piece.node
      node.findings = piece.findings
      node.findings.children = []
      node.children = piece.findings.children.map { WalkNode($0) }
      var last = node
      for child in node.children {
        (child.next, last.next) = (last.next, child)
        last = child
      }
      node.state = .finished
      if !node.children.isEmpty, let place = pending.lastIndex(where: { $0 === node }) {
        pending.replaceSubrange(place...place, with: node.children.reversed())
      }
    }
  }

  /// The directories whose turn it is and that are finished, if no thread is handing on: the next ones in order.
  mutating func beginHandingOn() -> [WalkNode] {
    guard failure == nil, !isHandingOn else { return [] }
    var nodes: [WalkNode] = []
    var next = head
    while let node = next, node.state == .finished, nodes.count < Self.mostHandedOn {
      decideNames(of: node)
      nodes.append(node)
      next = node.next
    }
    isHandingOn = !nodes.isEmpty
    return nodes
  }

  /// Decides which of a directory's children are walked under this name.
  private mutating func decideNames(of node: WalkNode) {
    for child in node.children {
      if node.isDropped {
        child.isDropped = true
      } else if !walked.insert(child.directory.inode).inserted {
        child.isDropped = true
        node.secondNames.append(child.directory)
      }
      // What is dropped need not be read.
      if child.isDropped, child.state == .pending { child.state = .finished }
    }
  }

  mutating func endHandingOn(_ nodes: [WalkNode]) {
    isHandingOn = false
    for node in nodes {
      heldByteCount -= node.heldByteCount
      head = node.next
      // Nodes end one by one, and not each in the end of the one before.
      node.next = nil
      node.children = []
      guard let output = node.output else { continue }
      output.nodeCount -= 1
      if output.nodeCount == 0, spareByteCount + output.bytes.capacity <= Self.mostSpareBytes {
        output.bytes.removeAll()
        spareByteCount += output.bytes.capacity
        spareOutputs.append(output)
      }
    }
  }

  /// Begins to hand on a part of a directory's output. Returns whether its turn has come.
  mutating func beginStreaming(_ node: WalkNode) throws(OutputError) -> Bool {
    if let failure { throw failure }
    guard !isHandingOn, head === node else { return false }
    isHandingOn = true
    return true
  }

  /// Forgets what has not been handed on, one by one.
  mutating func end() {
    pending = []
    while let node = head {
      head = node.next
      node.next = nil
      node.children = []
    }
  }
}
