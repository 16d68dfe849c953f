import Basics
import FolioCore
import TextOutput

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
}

/// Lists directories: filters, sorts, finds out what is asked for, writes.
struct Listing: ~Copyable, TreeVisitor {
  typealias Failure = OutputError

  enum Format {
    case text(TextListing)
    case json(JSONListing)
  }

  private let volume: Volume
  private let options: ListingOptions
  // One of the two; kept apart so that each changes in place.
  private var text: TextListing?
  private var json: JSONListing?
  var output: OutputBuffer
  private var messages: Messages
  private let needs: DetailNeeds
  /// Whether each line is a name or path, and no inode has to be read for it but where a record says no type.
  private let writesNamesOnly: Bool

  private var directory: FoundDirectory?
  private var table = EntryTable()
  private var found: [FoundDirectory] = []
  private var entryCount = 0

  /// - Parameters:
  ///   - image: its name, for messages, which are kept until they are taken.
  ///   - sink: takes output when much has come together; what has not, stays in ``output``.
  init(_ volume: Volume, options: ListingOptions, format: Format, image: [UInt8], sink: any ByteSink) {
    self.volume = volume
    self.options = options
    switch format {
    case .text(let text): self.text = text
    case .json(let json): self.json = json
    }
    messages = Messages(image: image, isKept: true)
    output = OutputBuffer(sink)
    needs = DetailNeeds(options: options, format: format)
    let isPlain = if case .text(let text) = format { text.isPlain } else { false }
    writesNamesOnly = isPlain && !needs.anything(knowsTypes: true)
  }

  /// Lists things by their own paths: files, or directories not to be looked into.
  mutating func listAlone(_ items: [LookedUp], inodes: inout InodeTable) throws(OutputError) {
    guard !items.isEmpty else { return }
    text?.begin(directory: nil)
    json?.begin(directory: nil)
    for item in items {
      let path = item.path.shownPath
      try add(item.entry.record, name: path.raw, at: item.entry.place, inodes: &inodes)
    }
    try finishTable(inodes: &inodes)
  }

  /// How many entries were read since this was asked last.
  mutating func takeEntryCount() -> Int {
    defer { entryCount = 0 }
    return entryCount
  }

  /// What is to be said, and has not been.
  mutating func takeMessages() -> [String] { messages.takeKept() }

  // MARK: TreeVisitor

  mutating func begin(_ directory: FoundDirectory) throws(OutputError) {
    self.directory = directory
    text?.begin(directory: directory.path)
    json?.begin(directory: directory.path)
    if options.hasHeadings {
      let path = directory.path.shownPath
      if text?.style.escapes == true { output.append(text: Escaping.text(path)) } else { output.append(path) }
      output.append(":\n")
      try output.endPiece()
    }
  }

  @inline(__always)
  mutating func visit(
    _ record: Record, name: RawSpan, at place: EntryPlace, inodes: inout InodeTable
  ) throws(OutputError) -> Bool {
    entryCount &+= 1
    if shows(name) { try add(record, name: name, at: place, inodes: &inodes) }
    return true
  }

  mutating func visit(
    _ record: Record, encrypted name: EncryptedName, at place: EntryPlace, inodes: inout InodeTable
  ) throws(OutputError) -> Bool {
    entryCount &+= 1
    if options.order != nil {
      table.append(record, encrypted: name, at: place)
    } else {
      try stream(
        Entry(record: record, place: place), name: name.shown.raw, cipherText: name.cipherText,
        inodes: &inodes)
    }
    return true
  }

  mutating func report(_ problem: DirectoryProblem) {
    messages.problem(problem, directory: directory?.inode ?? 0, path: directory?.path ?? [])
  }

  mutating func end(inodes: inout InodeTable) throws(OutputError) -> [FoundDirectory] {
    try finishTable(inodes: &inodes)
    defer { found.removeAll() }
    return found
  }

  // MARK: Entries

  @inline(__always)
  private func shows(_ name: RawSpan) -> Bool {
    guard name.byteCount > 0, name[byteAt: 0] == UInt8(ascii: ".") else { return true }
    return switch options.hidden {
    case .all: true
    case .allButDots: !DotName.matches(name)
    case .leftOut: false
    }
  }

  @inline(__always)
  private mutating func add(
    _ record: Record, name: RawSpan, at place: EntryPlace, inodes: inout InodeTable
  ) throws(OutputError) {
    if options.order != nil {
      table.append(record, name: name, at: place)
    } else if writesNamesOnly, place.knowsType(of: record) {
      let isDirectory = record.fileTypeCode == FileType.directory.rawValue
      try writePlain(name, inode: record.inode, isDirectory: isDirectory)
    } else {
      try stream(Entry(record: record, place: place), name: name, inodes: &inodes)
    }
  }

  /// Writes a line that is nothing but a name or a path.
  @inline(__always)
  private mutating func writePlain(_ name: RawSpan, inode: UInt32, isDirectory: Bool) throws(OutputError) {
    text?.appendPlain(name, to: &output)
    if isDirectory, options.isRecursive { addFound(inode, name: name) }
    try output.endPiece()
  }

  @inline(never)
  private mutating func stream(
    _ entry: Entry, name: RawSpan, cipherText: [UInt8]? = nil, inodes: inout InodeTable
  ) throws(OutputError) {
    let details =
      needs.attributes(for: entry.type) ? details(of: entry, name: name, inodes: &inodes) : nil
    try write(entry, name: name, cipherText: cipherText, details: details)
  }

  private mutating func finishTable(inodes: inout InodeTable) throws(OutputError) {
    guard let order = options.order, table.count > 0 else { return }
    // Out of this value for as long as it is written from.
    var table = EntryTable()
    swap(&table, &self.table)
    try finish(&table, order: order, inodes: &inodes)
    table.removeAll()
    swap(&table, &self.table)
  }

  private mutating func finish(
    _ table: inout EntryTable, order: EntryTable.Order, inodes: inout InodeTable
  ) throws(OutputError) {
    text?.widths = LongWidths()
    let knowsTypes = table.knowsTypes
    if needs.anything(knowsTypes: knowsTypes) {
      for index in 0..<table.count {
        let entry = table.entry(at: index)
        var details = Details()
        if needs.attributes(for: entry.type) {
          details = self.details(of: entry, name: table.name(at: index), inodes: &inodes)
        }
        if let attributes = details.attributes { text?.widen(for: attributes) }
        table.details.append(details)
      }
    }
    let places = table.sorted(by: order, reversed: options.isReversed)
    if let width = options.columnsWidth, let text {
      try writeColumns(places, of: table, text: text, width: width)
    } else if writesNamesOnly, knowsTypes {
      for place in places.lazy.map(Int.init) {
        try writePlain(
          table.name(at: place), inode: table.inode(at: place), isDirectory: table.isDirectory(at: place))
      }
    } else {
      for place in places.lazy.map(Int.init) {
        try write(
          table.entry(at: place), name: table.name(at: place), cipherText: table.cipherTexts[place],
          details: table.details(at: place))
      }
    }
  }

  private mutating func write(
    _ entry: Entry, name: RawSpan, cipherText: [UInt8]?, details: Details?
  ) throws(OutputError) {
    text?.append(entry, name: name, details: details, to: &output)
    json?.append(entry, name: name, cipherText: cipherText, details: details, to: &output)
    noteDirectory(entry, name: name, details: details)
    try output.endPiece()
  }

  /// Remembers a directory that is to be walked too.
  private mutating func noteDirectory(_ entry: Entry, name: RawSpan, details: Details?) {
    // Of one whose inode can't be read that is said already.
    guard options.isRecursive, details.type(of: entry) == .directory, details?.isUnread != true else {
      return
    }
    addFound(entry.inode, name: name)
  }

  private mutating func addFound(_ inode: UInt32, name: RawSpan) {
    guard let directory, !DotName.matches(name) else { return }
    found.append(directory.child(inode, name: name))
  }

  private mutating func writeColumns(
    _ places: [UInt32], of table: borrowing EntryTable, text: TextListing, width: Int
  ) throws(OutputError) {
    var cells: [Int] = []
    for place in places.lazy.map(Int.init) {
      let (entry, details) = (table.entry(at: place), table.details(at: place))
      cells.append(text.cellCount(entry, name: table.name(at: place), details))
      noteDirectory(entry, name: table.name(at: place), details: details)
    }
    let layout = ColumnLayout(cellCounts: cells, width: width)
    for line in 0..<layout.rowCount {
      for (column, columnWidth) in layout.columnWidths.enumerated() {
        let index = column * layout.rowCount + line
        guard index < places.count else { break }
        let place = Int(places[index])
        text.appendCell(
          table.entry(at: place), name: table.name(at: place), details: table.details(at: place), to: &output)
        if index + layout.rowCount < places.count {
          for _ in cells[index]..<columnWidth { output.append(UInt8(ascii: " ")) }
        }
      }
      output.append(UInt8(ascii: "\n"))
      try output.endPiece()
    }
  }

  /// What the inode of an entry says. What doesn't fit the entry is said.
  @inline(never)
  private mutating func details(of entry: Entry, name: RawSpan, inodes: inout InodeTable) -> Details {
    var details = Details()
    do throws(VolumeError) {
      let inode = try inodes.inode(entry.inode)
      details.attributes = inode.attributes
      if let words = entry.disagreement(with: inode.attributes) { say(words, of: name) }
      guard inode.attributes.fileType == .symlink, needs.targets || inode.isEncrypted else { return details }
      details.target = try inodes.target(ofLink: inode, on: volume)
      // As stat() has it without the key.
      if inode.isEncrypted, let target = details.target {
        details.attributes?.byteCount = UInt64(target.count)
      }
    } catch {
      details.isUnread = details.attributes == nil
      say(error.description, of: name)
    }
    return details
  }

  /// Says what is wrong with an entry of the directory being listed.
  private mutating func say(_ words: String, of name: RawSpan) {
    let path = (directory.map { $0.path + [UInt8(ascii: "/")] } ?? []) + [UInt8](copying: name)
    messages.problem("\(Escaping.text(path)): \(words)")
  }
}

/// Which entries' inodes a listing has to read.
private struct DetailNeeds {
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

  func attributes(for type: FileType) -> Bool {
    all || (ofUnknownType && type == .unknown) || (ofRegularFiles && type == .regular)
  }
}
