/// Which block a folio holds.
public struct BlockLabel: Hashable, Sendable {
  /// The directory's inode.
  public let inode: InodeNumber
  /// Counted from 0 in the directory.
  public let logicalBlock: LogicalBlock
  /// Counted from 0 in the file system.
  public let physicalBlock: BlockNumber

  /// A label of these numbers.
  public init(inode: InodeNumber, logicalBlock: LogicalBlock, physicalBlock: BlockNumber) {
    self.inode = inode
    self.logicalBlock = logicalBlock
    self.physicalBlock = physicalBlock
  }
}

/// What is counted of the records in a folio, where an account is kept.
public struct RecordTally: Hashable, Sendable {
  /// Records reached, in use or not.
  public private(set) var recordCount = 0
  /// Where records in use begin whose header and name lie on two pages, in bytes from the folio's start.
  public private(set) var crossings: [Int] = []
  /// Whether anything is counted.
  public let isOn: Bool

  /// A tally that counts nothing unless it is on.
  public init(isOn: Bool = false) {
    self.isOn = isOn
  }

  /// Counts `record`, which crosses a page of `pageSize` or doesn't.
  @inlinable
  public mutating func count(_ record: Record, pageSize: PageSize) {
    if isOn { add(record, pageSize) }
  }

  @usableFromInline
  mutating func add(_ record: Record, _ pageSize: PageSize) {
    recordCount += 1
    if record.isEntry, pageSize.isCrossed(by: record.usedBytes) { crossings.append(record.offset) }
  }
}

/// A line of the account: a mapping of one folio, from making it to undoing it.
public struct MappingLine: Hashable, Sendable {
  /// What the folio held.
  public let label: BlockLabel
  /// How the folio was mapped.
  public let way: MappingWay
  /// Why that way.
  public let reason: MappingReason
  /// The frames of its pages, in order.
  public let frames: [Int]
  /// What it took of the address space.
  public let place: MappedPlace
  /// Runs of neighbouring frames: the pieces that a whole mapping is made of.
  public let runCount: Int
  /// How many of its pages were read.
  public let filledPageCount: Int
  /// What was read in it.
  public let tally: RecordTally
  /// What it took.
  public let cost: MappingCost
}

/// Why a folio was mapped the way it was.
public struct MappingReason: Hashable, Sendable, CustomStringConvertible {
  let byteCount: Int
  let pageCount: Int
  let memory: MemoryModel
  let way: MappingWay
  let place: MappedPlace
  let isForced: Bool

  init(_ folio: borrowing Folio, way: MappingWay, place: MappedPlace, isForced: Bool) {
    byteCount = folio.byteCount
    pageCount = folio.pageCount
    memory = folio.arena.memory
    self.way = way
    self.place = place
    self.isForced = isForced
  }

  /// In a sentence, such as "64 KiB folio of 16 pages in high memory: vmap".
  public var description: String {
    let size = byteCount % 1024 == 0 ? "\(byteCount / 1024) KiB" : "\(byteCount) byte"
    let pages = pageCount == 1 ? "one page" : "\(pageCount) pages"
    let line = memory == .direct ? "low" : "high"
    return
      "\(size) folio of \(pages) in \(line) memory: \(way.rawValue)\(isForced ? ", as asked for, \(means)" : "")"
  }

  /// By what a way that was asked for served: some have several.
  private var means: String {
    switch place {
    case .directMap: "at its permanent address"
    case .slots: "in slots"
    case .vmapArea: "in the vmap area"
    }
  }
}
