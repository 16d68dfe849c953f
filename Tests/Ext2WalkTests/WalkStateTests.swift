import Basics
import FolioCore
import Testing
import TextOutput

@testable import Ext2Walk
@testable import ExtVolume
@testable import TestSupport

/// What the threads of a parallel walk share, without threads: their steps are interleaved at random by one, and what is
/// handed on must be the output of a plain depth-first walk.
@Suite struct WalkStateTests {
  /// Directories by their inode numbers, and those that each names, in order. Some have several names, or are below
  /// themselves.
  struct Tree {
    static let root: InodeNumber = 2
    private(set) var children: [InodeNumber: [InodeNumber]] = [:]
    /// Of each directory.
    private(set) var outputs: [InodeNumber: [UInt8]] = [:]
    private(set) var messages: [InodeNumber: [String]] = [:]

    init(_ random: inout SeededRandom, moreNames: Bool) {
      let count = 1 + random.below(60)
      let numbers = (0..<count).map { Self.root + UInt32($0) }
      for (index, number) in numbers.enumerated() {
        children[number, default: []] += []
        // A tree in which some directories have many others, and some are deep.
        if index > 0 {
          let parent = random.below(3) == 0 ? index - 1 : random.below(index)
          children[numbers[parent], default: []].append(number)
        }
        outputs[number] = Array("<\(number):\(String(repeating: "x", count: random.below(20)))>".utf8)
        if random.below(8) == 0 { messages[number] = ["message of \(number)"] }
        // What waits is bounded at 1 MiB: some of these are enough for that.
        if random.below(6) == 0 { messages[number, default: []].append(WalkStateTests.longMessage) }
      }
      guard moreNames else { return }
      for _ in 0..<random.below(1 + count / 4) {
        let (from, to) = (numbers[random.below(count)], numbers[random.below(count)])
        children[from, default: []].insert(to, at: random.below(1 + children[from, default: []].count))
      }
    }

    func findings(_ directory: FoundDirectory) -> WalkFindings {
      let found = children[directory.inode, default: []].map { inode in
        directory.child(inode, name: Array("\(inode)".utf8).raw)
      }
      return WalkFindings(
        messages: messages[directory.inode, default: []], children: found, entryCount: found.count)
    }

    /// Depth first. An inode is walked under the first of its names that comes in this order.
    var walked: [HandedOn] {
      var seen: Set<InodeNumber> = [Self.root]
      var all: [HandedOn] = []
      var rest = [FoundDirectory(inode: Self.root, path: [])]
      while let directory = rest.popLast() {
        let found = findings(directory)
        let first = found.children.filter { seen.insert($0.inode).inserted }
        // A name in the same directory may be a second one too: names are told apart by their place.
        var left = first[...]
        var second: [InodeNumber] = []
        for child in found.children {
          if left.first?.inode == child.inode { left.removeFirst() } else { second.append(child.inode) }
        }
        all.append(
          HandedOn(
            inode: directory.inode, path: directory.path, output: outputs[directory.inode, default: []],
            messages: found.messages, secondNames: second))
        rest += first.reversed()
      }
      return all
    }
  }

  static let longMessage = String(repeating: "m", count: 3 << 19)

  /// A directory as whoever takes the output of a walk gets it.
  struct HandedOn: Equatable {
    let inode: InodeNumber
    let path: [UInt8]
    var output: [UInt8] = []
    var messages: [String] = []
    var secondNames: [InodeNumber] = []
  }

  /// How often something happened, for what a run must have seen.
  struct Counts {
    var streamed = 0
    var streamedInVain = 0
    var givenBack = 0
    var secondNames = 0
    var readTwice = 0
    var waited = 0
    var planned = 0
    /// Walks in which more waited than is read ahead of.
    var overBound = 0

    mutating func add(_ walk: Walk) {
      streamed += walk.counts.streamed
      streamedInVain += walk.counts.streamedInVain
      givenBack += walk.counts.givenBack
      secondNames += walk.counts.secondNames
      waited += walk.counts.waited
      planned += walk.counts.planned
      readTwice += walk.readCounts.values.count { $0 > 1 }
      overBound += walk.mostHeldBytes > 1 << 20 ? 1 : 0
    }
  }

  /// A walk by some threads, of which one takes a step at a time.
  struct Walk {
    /// What a thread is at.
    enum Activity {
      case looking, ended
      case reading(Batch)
      /// Hands on a part of the output of the directory it reads.
      case streaming(Batch)
      /// Asks for what it and others will read, before it reads.
      case planning(Batch)
      /// Hands on directories, and then goes on with what it reads, if anything.
      case handingOn([WalkNode], Batch?)
    }

    /// Directories that a thread has taken.
    struct Batch {
      var left: ArraySlice<WalkNode>
      var pieces: [WalkPiece] = []
      var output: WalkOutput
      /// Where in the output that of the directory begins that is being read.
      var start = 0
      /// What is still to be written of that directory; nil where it isn't begun.
      var unwritten: ArraySlice<UInt8>?
      /// Whether none of them was read.
      var isAtStart = true
    }

    let tree: Tree
    var random: SeededRandom
    var state = WalkState(FoundDirectory(inode: Tree.root, path: []))
    var threads: [Activity]
    var handedOn: [HandedOn] = []
    var mostHeldBytes = 0
    var readCounts: [InodeNumber: Int] = [:]
    var counts = Counts()

    init(_ tree: Tree, threadCount: Int, _ random: SeededRandom) {
      self.tree = tree
      self.random = random
      threads = Array(repeating: .looking, count: threadCount)
    }

    var isEnded: Bool {
      threads.allSatisfy { if case .ended = $0 { true } else { false } }
    }

    /// Whether no thread has anything to do, and none will.
    mutating func isStuck() -> Bool {
      let areLooking = threads.allSatisfy {
        switch $0 {
        case .looking, .ended: true
        case .reading, .streaming, .planning, .handingOn: false
        }
      }
      guard areLooking, !isEnded else { return false }
      guard let taken = state.take(upTo: 1, threadCount: threads.count) else { return true }
      state.giveBack(taken)
      return false
    }

    mutating func step() throws(OutputError) {
      let index = random.below(threads.count)
      switch threads[index] {
      case .ended: break
      case .looking:
        let taken = state.take(upTo: 1 + random.below(5), threadCount: 1 + random.below(3))
        guard let taken else {
          counts.waited += 1
          break
        }
        threads[index] =
          taken.isEmpty ? .ended : .reading(Batch(left: taken[...], output: state.spareOutput()))
      case .reading(let batch): threads[index] = try read(batch)
      case .streaming(var batch):
        if let node = batch.left.first, !node.isDropped {
          hand(copy(of: batch.output)[batch.start...], of: node)
        }
        batch.output.bytes.removeAll()
        batch.start = 0
        state.isHandingOn = false
        threads[index] = .reading(batch)
      case .planning(let batch):
        // Nobody hands on meanwhile, and what is asked for begins with what this thread reads.
        #expect(state.beginHandingOn().isEmpty)
        let directories = state.directories(from: Array(batch.left), upTo: 8)
        #expect(directories.prefix(batch.left.count) == batch.left.map(\.directory.inode)[...])
        #expect(directories.allSatisfy { tree.children[$0] != nil })
        #expect(state.isPlanning)
        state.endPlanning()
        threads[index] = handOn(and: batch)
      case .handingOn(let nodes, let batch):
        for node in nodes where !node.isDropped {
          let output = node.output.map { copy(of: $0)[node.outputRange] }
          hand(output ?? [], of: node)
          handedOn[handedOn.count - 1].messages = node.findings.messages
          handedOn[handedOn.count - 1].secondNames = node.secondNames.map(\.inode)
          counts.secondNames += node.secondNames.count
        }
        state.endHandingOn(nodes)
        threads[index] = handOn(and: batch)
      }
      mostHeldBytes = max(mostHeldBytes, state.heldByteCount)
    }

    private func copy(of output: WalkOutput) -> [UInt8] {
      var bytes: [UInt8] = []
      output.bytes.withBytes { bytes = [UInt8](copying: $0) }
      return bytes
    }

    private mutating func hand(_ output: ArraySlice<UInt8>, of node: WalkNode) {
      if !node.hasBegun {
        handedOn.append(HandedOn(inode: node.directory.inode, path: node.directory.path))
      }
      node.hasBegun = true
      handedOn[handedOn.count - 1].output += output
    }

    /// Hands on what can be; then goes on with what the thread reads.
    private mutating func handOn(and batch: Batch?) -> Activity {
      let nodes = state.beginHandingOn()
      if !nodes.isEmpty { return .handingOn(nodes, batch) }
      return batch.map { .reading($0) } ?? .looking
    }

    private mutating func read(_ old: Batch) throws(OutputError) -> Activity {
      var batch = old
      guard let node = batch.left.first else {
        state.finish(batch.pieces, output: batch.output)
        return handOn(and: nil)
      }
      guard var unwritten = batch.unwritten else {
        if batch.isAtStart, random.below(8) == 0 {
          guard state.beginPlanning() == true else {
            counts.waited += 1
            return .reading(batch)
          }
          counts.planned += 1
          return .planning(batch)
        }
        if !batch.isAtStart, random.below(6) == 0 {
          state.giveBack(batch.left)
          counts.givenBack += batch.left.count
          batch.left = []
        } else {
          batch.isAtStart = false
          batch.unwritten = tree.outputs[node.directory.inode, default: []][...]
          readCounts[node.directory.inode, default: 0] += 1
        }
        return .reading(batch)
      }
      let part = unwritten.prefix(1 + random.below(12))
      batch.output.bytes.append(Array(part).raw)
      unwritten = unwritten.dropFirst(part.count)
      batch.unwritten = unwritten
      if unwritten.isEmpty {
        var end = 0
        batch.output.bytes.withBytes { end = $0.byteCount }
        batch.pieces.append(
          WalkPiece(node, tree.findings(node.directory), output: batch.start..<end))
        batch.start = end
        batch.left.removeFirst()
        batch.unwritten = nil
        return .reading(batch)
      }
      guard random.below(3) == 0 else { return .reading(batch) }
      if !batch.pieces.isEmpty {
        // What was read before it goes first; it goes on in memory of its own.
        let own = WalkOutput()
        own.bytes.append(Array(copy(of: batch.output)[batch.start...]).raw)
        state.finish(batch.pieces, output: batch.output)
        (batch.pieces, batch.output, batch.start) = ([], own, 0)
        return handOn(and: batch)
      }
      guard try state.beginStreaming(node) else {
        counts.streamedInVain += 1
        return .reading(batch)
      }
      counts.streamed += 1
      return .streaming(batch)
    }
  }

  /// A walk to its end.
  private func walk(
    _ tree: Tree, _ random: inout SeededRandom, failingAfter stepCount: Int = .max, _ comment: Comment
  ) throws -> Walk {
    var walk = Walk(tree, threadCount: 1 + random.below(4), SeededRandom(seed: random.next()))
    var steps = 0
    while !walk.isEnded {
      steps += 1
      try #require(steps < 1_000_000, "\(comment): it goes on and on")
      let isStuck = steps % 64 == 0 && walk.isStuck()
      try #require(!isStuck, "\(comment): all wait for each other")
      if steps == stepCount { walk.state.fail(.closed) }
      do throws(OutputError) {
        try walk.step()
      } catch {
        // A thread that is told of another one's failure ends.
        try #require(steps >= stepCount, "\(comment): \(error)")
        break
      }
    }
    walk.state.end()
    return walk
  }

  @Test(arguments: [false, true]) func handsOnWhatADepthFirstWalkDoes(moreNames: Bool) throws {
    var random = SeededRandom(seed: moreNames ? 2 : 1)
    var counts = Counts()
    for round in 0..<500 {
      let tree = Tree(&random, moreNames: moreNames)
      let expected = tree.walked
      let walk = try walk(tree, &random, "round \(round)")
      try #require(walk.handedOn == expected, "round \(round)")
      #expect(Set(walk.handedOn.map(\.inode)).count == walk.handedOn.count, "round \(round)")
      #expect(walk.handedOn.count == tree.children.count, "round \(round)")
      #expect(walk.state.heldByteCount == 0 && walk.state.pendingCount == 0, "round \(round)")
      // Beside the bound there may be what each thread was reading when it was met.
      let most = 1 << 20 + walk.threads.count * 5 * (Self.longMessage.utf8.count + 100)
      #expect(walk.mostHeldBytes <= most, "round \(round)")
      counts.add(walk)
    }
    // All that may happen did.
    #expect(counts.streamed > 100 && counts.streamedInVain > 100, "\(counts)")
    #expect(counts.givenBack > 100 && counts.waited > 100 && counts.overBound > 50, "\(counts)")
    #expect(counts.planned > 100, "\(counts)")
    #expect(
      moreNames ? counts.secondNames > 500 && counts.readTwice > 100 : counts.secondNames == 0, "\(counts)")
  }

  /// Whoever takes the output may refuse it: then all threads end, and what was handed on is the start of the same.
  @Test func aFailureEndsAllThreads() throws {
    var random = SeededRandom(seed: 3)
    var cutShort = 0
    for round in 0..<300 {
      let tree = Tree(&random, moreNames: true)
      let expected = tree.walked
      let stepCount = 1 + random.below(200)
      let walk = try walk(tree, &random, failingAfter: stepCount, "round \(round)")
      // The last may be a part of a directory.
      let whole = walk.handedOn.dropLast()
      #expect(expected.starts(with: whole), "round \(round)")
      if let last = walk.handedOn.last {
        #expect(expected[whole.count].inode == last.inode, "round \(round)")
        #expect(expected[whole.count].output.starts(with: last.output), "round \(round)")
      }
      if walk.handedOn.count < expected.count { cutShort += 1 }
      #expect(walk.state.failure != nil || walk.handedOn == expected, "round \(round)")
    }
    #expect(cutShort > 100)
  }
}
