import Basics
import ExtVolume
import FolioCore

/// What `ls` shows of a directory, and in what order.
struct ListingOptions {
  enum Hidden {
    /// Leaves out names that begin with a dot.
    case leftOut
    /// Leaves out only `.` and `..`.
    case allButDots
    case all
  }

  var hidden = Hidden.leftOut
  /// Nil for the order on disk, written as it is read.
  var order: EntryTable.Order? = .name
  var isReversed = false
  var isRecursive = false
  /// Writes the path of each directory above its entries.
  var hasHeadings = false
  /// Arranges names in columns for a terminal of so many cells.
  var columnsWidth: Int?

  /// Whether an entry of that name is shown.
  @inline(__always)
  func shows(_ name: RawSpan) -> Bool {
    guard name.byteCount > 0, name[byteAt: 0] == UInt8(ascii: ".") else { return true }
    return switch hidden {
    case .all: true
    case .allButDots: !DotName.matches(name)
    case .leftOut: false
    }
  }
}

extension ListingOptions {
  /// What is asked for ahead of a walk; nil where each directory is listed by itself.
  func readPlan(_ volume: Volume, reading: ReadingOptions, format: Listing.Format) -> ReadPlan? {
    guard isRecursive else { return nil }
    let needs = InodeNeeds(options: self, format: format)
    return ReadPlan(
      volume, options: reading,
      needsInodes: needs.anything(knowsTypes: volume.superblock.recordsNameTypes))
  }
}

/// Which entries' inodes a listing has to read.
struct InodeNeeds {
  let targets: Bool
  private let all: Bool
  private let ofUnknownType: Bool
  private let ofRegularFiles: Bool

  init(options: ListingOptions, format: Listing.Format) {
    switch format {
    case .text(let text):
      targets = text.style.isLong
      let showsTypes = text.style.classifies || text.style.colors != nil
      ofUnknownType = options.isRecursive || showsTypes
      // Whether a file can be executed is not in its record.
      ofRegularFiles = showsTypes
    case .json(let json):
      targets = json.isLong
      ofUnknownType = true
      ofRegularFiles = false
    }
    all = targets || options.order == .size || options.order == .time
  }

  /// Whether any inode has to be read.
  ///
  /// - Parameter knowsTypes: whether all records say types.
  func anything(knowsTypes: Bool) -> Bool { all || ofRegularFiles || (ofUnknownType && !knowsTypes) }

  func inode(ofType type: FileType) -> Bool {
    all || (ofUnknownType && type == .unknown) || (ofRegularFiles && type == .regular)
  }
}
