import Glibc

/// A disk with a head: 5400 turns a minute, as in a USB case. What a program would wait for it, with nothing in memory before.
///
/// The reads that a program makes, as strace(1) tells them, are replayed. Linux' page cache and read-ahead are part of it:
/// pages of 4 KiB; 128 KiB ahead of reads in a row; what was asked for by fadvise or readahead is fetched in one sweep, in the
/// order of the disk, when the next read has to wait.
struct DiskModel {
  /// Bytes a second, in the order of the disk.
  private static let rate = 120e6
  /// To begin to move, to cross the whole disk, and half a turn, in seconds.
  private static let (start, crossing, halfTurn) = (0.001, 0.012, 0.0056)
  private static let pageSize = 4096
  /// So many pages the head flies over without a jump.
  private static let smallGap = 16
  private static let pagesAhead = 32

  private let byteCount: Int
  private var cached: Set<Int> = []
  private var asked: Set<Int> = []
  private var head = 0
  private var lastPages: [String: Int] = [:]
  private var positions: [String: Int] = [:]
  private(set) var seconds = 0.0
  private(set) var jumpCount = 0

  private init(byteCount: Int) {
    self.byteCount = byteCount
  }

  /// What a run of `program` would wait for the disk that holds the file at `image`.
  static func replay(_ program: Program, on image: String) -> DiskModel {
    // strace says where a link leads.
    guard let resolved = realpath(image, nil) else { fail(image) }
    defer { free(resolved) }
    let image = String(cString: resolved)
    evict(image)
    let trace = "\(image).strace"
    let calls = "trace=pread64,preadv,preadv2,read,lseek,fadvise64,readahead"
    let status = Program(
      "strace",
      ["-f", "-y", "-s", "0", "-e", calls, "-e", "signal=none", "-o", trace, program.path] + program.arguments
    ).run(.null).status
    // What e2fsck says of an image isn't asked here.
    guard status < 126, let file = fopen(trace, "r") else { fail("strace") }
    defer {
      fclose(file)
      unlink(trace)
    }
    var facts = stat()
    guard stat(image, &facts) == 0 else { fail(image) }
    var model = DiskModel(byteCount: Int(facts.st_size))
    var unfinished: [Substring: Substring] = [:]
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while getline(&line, &room, file) > 0, let line {
      let text = String(cString: line)
      guard let space = text.firstIndex(of: " ") else { continue }
      let (thread, rest) = (text[..<space], text[space...].drop { $0 == " " })
      if let end = rest.range(of: " <unfinished ...>") {
        unfinished[thread] = rest[..<end.lowerBound]
      } else if rest.hasPrefix("<... "), let end = rest.range(of: " resumed>") {
        model.take(
          String(unfinished.removeValue(forKey: thread) ?? "") + String(rest[end.upperBound...]), image)
      } else {
        model.take(String(rest), image)
      }
    }
    return model
  }

  /// Takes a call: `name(descriptor<path>, …) = result`.
  private mutating func take(_ call: String, _ image: String) {
    guard let open = call.firstIndex(of: "("), let less = call.firstIndex(of: "<"),
      let greater = call.firstIndex(of: ">"), less < greater,
      call[call.index(after: less)..<greater] == image,
      let equals = call.lastRange(of: ") = "), let result = call[equals.upperBound...].leadingNumber
    else { return }
    let descriptor = String(call[call.index(after: open)..<less])
    // The last numbers of the arguments: the bytes between may hold anything.
    let numbers = call[..<equals.lowerBound].split(separator: ", ").map { $0.leadingNumber }
    switch call[..<open] {
    case "pread64":
      if let position = numbers.last ?? nil { read(position, result, descriptor) }
    case "preadv":
      if let position = numbers.last ?? nil { read(position, result, descriptor) }
    case "preadv2":
      if numbers.count > 1, let position = numbers[numbers.count - 2] { read(position, result, descriptor) }
    case "lseek": if result >= 0 { positions[descriptor] = result }
    case "read":
      let position = positions[descriptor, default: 0]
      read(position, result, descriptor)
      positions[descriptor] = position + max(0, result)
    case "fadvise64":
      guard call.contains("POSIX_FADV_WILLNEED"), numbers.count >= 3 else { break }
      ask(numbers[numbers.count - 3], numbers[numbers.count - 2])
    case "readahead":
      guard numbers.count >= 2 else { break }
      ask(numbers[numbers.count - 2], numbers[numbers.count - 1])
    default: break
    }
  }

  private mutating func ask(_ position: Int?, _ count: Int?) {
    guard let position, let count, count > 0 else { return }
    asked.formUnion(Self.pages(position, count))
  }

  private mutating func read(_ position: Int, _ count: Int, _ descriptor: String) {
    guard count > 0 else { return }
    let pages = Self.pages(position, count)
    defer { lastPages[descriptor] = pages.upperBound }
    guard !pages.allSatisfy(cached.contains) else { return }
    var wanted = asked.union(pages)
    asked = []
    if let last = lastPages[descriptor], pages.lowerBound == last || pages.lowerBound == last + 1 {
      let end = min(pages.upperBound + Self.pagesAhead, (byteCount - 1) / Self.pageSize)
      if end > pages.upperBound { wanted.formUnion(pages.upperBound + 1...end) }
    }
    sweep(wanted)
  }

  /// One passage of the head, from where it is on, and then from the beginning.
  private mutating func sweep(_ pages: Set<Int>) {
    for page in pages.subtracting(cached).sorted(by: { ($0 < head ? 1 : 0, $0) < ($1 < head ? 1 : 0, $1) }) {
      let distance = page - head
      if distance > 0, distance <= Self.smallGap {
        seconds += Double(distance * Self.pageSize) / Self.rate
      } else if distance != 0 {
        let part = Double(abs(distance) * Self.pageSize) / Double(byteCount)
        seconds += Self.start + Self.crossing * part.squareRoot() + Self.halfTurn
        jumpCount += 1
      }
      seconds += Double(Self.pageSize) / Self.rate
      head = page + 1
      cached.insert(page)
    }
  }

  private static func pages(_ position: Int, _ count: Int) -> ClosedRange<Int> {
    position / pageSize...(position + count - 1) / pageSize
  }
}

/// What programs would wait for a disk with a head that holds an image, against another one, and how that should compare.
struct DiskComparison {
  let image: String
  let name: String
  /// What each may wait at the most, in times of theirs.
  let ours: [(program: Program, name: String, wantedRatio: Double)]
  let theirs: Program

  static let header = [
    "what", "ours s", "jumps", "theirs s", "jumps", "ratio", "wanted", "",
  ]

  /// - Parameter part: only rows that have it in their names.
  /// - Returns: for each of ours the row, whether its mark is met, and as JSON.
  func measure(onlyOf part: String) -> [(row: [String], isMet: Bool, json: String)] {
    let ours = ours.filter { part.isEmpty || "disk: \($0.name), \(name)".contains(part) }
    guard !ours.isEmpty else { return [] }
    let second = DiskModel.replay(theirs, on: image)
    return ours.map { program, what, wanted in
      let first = DiskModel.replay(program, on: image)
      let ratio = first.seconds / second.seconds
      let isMet = ratio <= wanted
      return (
        [
          "disk: \(what), \(name)", fixed(first.seconds, 2), "\(first.jumpCount)", fixed(second.seconds, 2),
          "\(second.jumpCount)", fixed(ratio, 2), fixed(wanted, 2), isMet ? "" : "missed",
        ], isMet,
        """
        {"what":"disk: \(what), \(name)","oursDiskSeconds":\(fixed(first.seconds, 4)),\
        "theirsDiskSeconds":\(fixed(second.seconds, 4)),"ratio":\(fixed(ratio, 4)),\
        "wantedRatio":\(fixed(wanted, 2)),"met":\(isMet)}
        """
      )
    }
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The number at its start.
  fileprivate var leadingNumber: Int? {
    let digits = prefix { $0 == "-" || $0.isNumber }
    return Int(digits)
  }

  fileprivate func range(of text: String) -> Range<Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }

  fileprivate func lastRange(of text: String) -> Range<Index>? {
    indices.last { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}
