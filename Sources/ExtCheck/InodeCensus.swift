import Basics
import ExtVolume
import FolioCore

/// What the inode tables say of an inode in use, and what entries say of it.
struct InodeFacts {
  struct Flags: OptionSet {
    let rawValue: UInt8
    /// The bitmap says it is in use.
    static let isInBitmap = Flags(rawValue: 1)
    /// It has been walked, or is about to be.
    static let isWalked = Flags(rawValue: 2)
    /// It is the directory being read, or one that this is in.
    static let isOpen = Flags(rawValue: 4)
    /// It serves the file system itself, or attributes: no entry names it.
    static let isReservedForFileSystem = Flags(rawValue: 8)
    /// Something is wrong with it, whichever entry names it.
    static let hasDamage = Flags(rawValue: 16)
    /// It holds the value of an attribute.
    static let holdsAttribute = Flags(rawValue: 32)
    /// An attribute has its value there.
    static let isReferredTo = Flags(rawValue: 64)
    static let isEncrypted = Flags(rawValue: 128)
  }

  /// `i_links_count`; 0 for an inode that is not in use.
  var links: UInt16 = 0
  var type = FileType.unknown
  var flags: Flags = []
  /// How many entries name it, "." and ".." aside.
  var nameCount: UInt32 = 0
  /// The directory with the first of these entries; 0 while there is none.
  var parent: InodeNumber = 0

  var isInUse: Bool { links > 0 }
  /// Whether it holds the value of an attribute that nobody has.
  var isLost: Bool { flags.contains(.holdsAttribute) && !flags.contains(.isReferredTo) }
}

/// Facts about every inode in use. Inodes that were never used take no memory.
struct InodeCensus: ~Copyable {
  private static var pageShift: Int { 10 }
  private static var inodesPerPage: Int { 1 << pageShift }

  /// Inodes of which nothing is known, since their tables can't be read; in order, apart.
  private(set) var unknown: [Range<InodeNumber>] = []
  /// Where in `facts` each page of inodes begins; -1 for pages without any.
  private var pages: [Int32]
  private var facts: [InodeFacts] = []
  /// How many inodes are in use.
  private(set) var inUseCount = 0
  /// Whether there may be attributes that nobody could read.
  var hasUnknownAttributes = false

  init(inodeCount: UInt32) {
    pages = Array(repeating: -1, count: Int(inodeCount) >> Self.pageShift + 1)
  }

  /// Facts about inode `number`, which the file system has. Those of one not in use can't be changed.
  subscript(number: InodeNumber) -> InodeFacts {
    get {
      let (page, place) = Self.place(of: number)
      return pages[page] < 0 ? InodeFacts() : facts[Int(pages[page]) + place]
    }
    set {
      let (page, place) = Self.place(of: number)
      if pages[page] < 0 {
        pages[page] = Int32(facts.count)
        facts.append(contentsOf: repeatElement(InodeFacts(), count: Self.inodesPerPage))
      }
      facts[Int(pages[page]) + place] = newValue
    }
  }

  private static func place(of number: InodeNumber) -> (page: Int, place: Int) {
    (Int(number.rawValue) >> pageShift, Int(number.rawValue) & (inodesPerPage - 1))
  }

  /// Adds an inode in use.
  mutating func add(_ number: InodeNumber, _ facts: InodeFacts) {
    inUseCount += 1
    self[number] = facts
  }

  /// Says that nothing is known of `inodes`, which come after all that were said before.
  mutating func addUnknown(_ inodes: ClosedRange<InodeNumber>) {
    // No inode has the highest number there is: see ``Superblock``.
    unknown.appendMerging(inodes.lowerBound..<inodes.upperBound + 1)
  }

  /// Whether nothing is known of inode `number`.
  func isUnknown(_ number: InodeNumber) -> Bool {
    var (low, high) = (0, unknown.count)
    while low < high {
      let middle = (low + high) / 2
      if unknown[middle].contains(number) { return true }
      if unknown[middle].upperBound <= number { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// The first inode from `number` on that is in use and `matches`; nil where there is none.
  func first(from number: InodeNumber, where matches: (InodeFacts) -> Bool) -> InodeNumber? {
    var index = Int(number.rawValue)
    while index >> Self.pageShift < pages.count {
      let start = pages[index >> Self.pageShift]
      let end = (index >> Self.pageShift + 1) << Self.pageShift
      if start >= 0 {
        for inode in index..<end {
          let facts = facts[Int(start) + inode & (Self.inodesPerPage - 1)]
          if facts.isInUse, matches(facts) { return InodeNumber(inode) }
        }
      }
      index = end
    }
    return nil
  }

  /// All directories, in the order of their numbers.
  var directories: [InodeNumber] {
    var found: [InodeNumber] = []
    while let next = first(from: found.last.map { $0 + 1 } ?? 1, where: { $0.type == .directory }) {
      found.append(next)
    }
    return found
  }
}
