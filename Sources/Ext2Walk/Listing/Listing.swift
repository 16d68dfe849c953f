import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Lists directories: filters, sorts, finds out what is asked for, writes.
///
/// What it writes goes to a buffer of its caller's, who says how much of it at a time.
struct Listing: ~Copyable {
  enum Format {
    case text(TextListing)
    case json(JSONListing)
  }

  /// What comes next.
  private enum Stage {
    /// Entries of the directory, as they stand there.
    case reading
    /// Rows of the table, from this one on.
    case rows(Int)
    /// Lines of columns, from this one on.
    case lines(Int)
    case done
  }

  private let volume: Volume
  private let options: ListingOptions
  // One of the two; kept apart so that each changes in place.
  private var text: TextListing?
  private var json: JSONListing?
  /// What is wrong with the directory, in sentences.
  private var messages: [String] = []
  private let needs: InodeNeeds
  /// Whether each line is a name or path, and no inode has to be read for it but where a record says no type.
  private let writesNamesOnly: Bool

  private var directory: FoundDirectory?
  private var stage = Stage.done
  private var table = EntryTable()
  /// The rows of the table in the order in which they are written.
  private var rowOrder: [UInt32] = []
  private var columns: ListingColumns?
  private var children: [FoundDirectory] = []
  private var entryCount = 0

  init(_ volume: Volume, options: ListingOptions, format: Format) {
    self.volume = volume
    self.options = options
    switch format {
    case .text(let text): self.text = text
    case .json(let json): self.json = json
    }
    needs = InodeNeeds(options: options, format: format)
    let isPlain = if case .text(let text) = format { text.isPlain } else { false }
    writesNamesOnly = isPlain && !needs.anything(knowsTypes: true)
  }

  /// Begins to list things by their own paths: files, or directories not to be looked into.
  mutating func begin(alone items: [ResolvedPath], inodes: inout InodeTable, to output: inout ByteBuffer) {
    directory = nil
    text?.begin(directory: nil)
    json?.begin(directory: nil)
    for item in items {
      let path = item.path.shownPath
      table.begin(at: item.entry.place)
      add(item.entry.record, name: path.raw, at: item.entry.place, inodes: &inodes, to: &output)
    }
    beginRows(inodes: &inodes)
  }

  /// Begins to list a directory, which its reader has begun.
  mutating func begin(_ directory: FoundDirectory, to output: inout ByteBuffer) {
    self.directory = directory
    stage = .reading
    text?.begin(directory: directory.path)
    json?.begin(directory: directory.path)
    if options.hasHeadings {
      let path = directory.path.shownPath
      if text?.style.escapes == true { output.append(text: Escaping.text(path)) } else { output.append(path) }
      output.append(":\n")
    }
  }

  /// Goes on with what was begun, until `output` holds `limit` bytes.
  ///
  /// - Returns: what came of it, once all is written; nil where there is more.
  mutating func goOn(
    _ reader: inout DirectoryReader, inodes: inout InodeTable, to output: inout ByteBuffer, limit: Int
  ) -> WalkFindings? {
    if case .reading = stage {
      guard read(&reader, inodes: &inodes, to: &output, limit: limit) else { return nil }
      beginRows(inodes: &inodes)
    }
    guard writeRows(to: &output, limit: limit) else { return nil }
    defer {
      children.removeAll()
      messages.removeAll()
      entryCount = 0
    }
    return WalkFindings(messages: messages, children: children, entryCount: entryCount)
  }

  // MARK: Entries

  /// Reads entries. Returns whether there are no more.
  private mutating func read(
    _ reader: inout DirectoryReader, inodes: inout InodeTable, to output: inout ByteBuffer, limit: Int
  ) -> Bool {
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .entries(var entries):
        let place = entries.place
        if options.order != nil { table.begin(at: place) }
        // An encrypted name stands alone in its row.
        if let encryptedName = entries.encryptedName, let record = entries.next() {
          add(record, encrypted: encryptedName, at: place, inodes: &inodes, to: &output)
          if output.count >= limit { return false }
        }
        while let record = entries.next() {
          entryCount &+= 1
          let name = entries.name(of: record)
          guard options.shows(name) else { continue }
          add(record, name: name, at: place, inodes: &inodes, to: &output)
          if output.count >= limit {
            entries.pause()
            return false
          }
        }
      case .damage(let damage):
        messages.append(
          damage.sentence(directory: directory?.inode ?? 0, path: directory?.path ?? []))
      default: break
      }
    }
    return true
  }

  @inline(__always)
  private mutating func add(
    _ record: Record, name: RawSpan, at place: EntryPlace, inodes: inout InodeTable,
    to output: inout ByteBuffer
  ) {
    if options.order != nil {
      table.append(record, name: name)
    } else if writesNamesOnly, place.knowsType(of: record) {
      let isDirectory = record.fileTypeCode == FileType.directory.rawValue
      writePlain(name, inode: record.inode, isDirectory: isDirectory, to: &output)
    } else {
      write(Entry(record: record, place: place), name: name, inodes: &inodes, to: &output)
    }
  }

  private mutating func add(
    _ record: Record, encrypted name: EncryptedName, at place: EntryPlace, inodes: inout InodeTable,
    to output: inout ByteBuffer
  ) {
    entryCount &+= 1
    if options.order != nil {
      table.append(record, encrypted: name)
    } else {
      write(
        Entry(record: record, place: place), name: name.shown.raw, cipherText: name.cipherText,
        inodes: &inodes, to: &output)
    }
  }

  /// Writes a line that is nothing but a name or a path.
  @inline(__always)
  private mutating func writePlain(
    _ name: RawSpan, inode: InodeNumber, isDirectory: Bool, to output: inout ByteBuffer
  ) {
    text?.appendPlain(name, to: &output)
    if isDirectory, options.isRecursive { addChild(inode, name: name) }
  }

  @inline(never)
  private mutating func write(
    _ entry: Entry, name: RawSpan, cipherText: [UInt8]? = nil, inodes: inout InodeTable,
    to output: inout ByteBuffer
  ) {
    let details = needs.inode(ofType: entry.type) ? details(of: entry, name: name, inodes: &inodes) : nil
    write(entry, name: name, cipherText: cipherText, details: details, to: &output)
  }

  private mutating func write(
    _ entry: Entry, name: RawSpan, cipherText: [UInt8]?, details: InodeDetails?, to output: inout ByteBuffer
  ) {
    text?.append(entry, name: name, details: details, to: &output)
    json?.append(entry, name: name, cipherText: cipherText, details: details, to: &output)
    noteDirectory(entry, name: name, details: details)
  }

  /// Remembers a directory that is to be walked too.
  private mutating func noteDirectory(_ entry: Entry, name: RawSpan, details: InodeDetails?) {
    // Of one whose inode can't be read that is said already.
    guard options.isRecursive, details.type(of: entry) == .directory, details?.isUnread != true else {
      return
    }
    addChild(entry.inode, name: name)
  }

  private mutating func addChild(_ inode: InodeNumber, name: RawSpan) {
    guard let directory, !DotName.matches(name) else { return }
    children.append(directory.child(inode, name: name))
  }

  // MARK: Rows

  /// Sorts the table, if entries are sorted at all, after reading what is needed of their inodes.
  private mutating func beginRows(inodes: inout InodeTable) {
    stage = .done
    guard let order = options.order, table.count > 0 else { return }
    text?.widths = LongWidths()
    // Out of this value for as long as names of it are looked at.
    var table = EntryTable()
    swap(&table, &self.table)
    defer { swap(&table, &self.table) }
    if needs.anything(knowsTypes: table.knowsTypes) { readDetails(of: &table, inodes: &inodes) }
    rowOrder = table.sorted(by: order, reversed: options.isReversed)
    stage = .rows(0)
    if let width = options.columnsWidth, let text {
      columns = ListingColumns(rowOrder, of: table, text: text, width: width)
      for row in rowOrder.lazy.map(Int.init) {
        noteDirectory(table.entry(at: row), name: table.name(at: row), details: table.details(at: row))
      }
      stage = .lines(0)
    }
  }

  private mutating func readDetails(of table: inout EntryTable, inodes: inout InodeTable) {
    for index in 0..<table.count {
      let entry = table.entry(at: index)
      var details = InodeDetails()
      if needs.inode(ofType: entry.type) {
        details = self.details(of: entry, name: table.name(at: index), inodes: &inodes)
      }
      if let attributes = details.attributes { text?.widen(for: attributes) }
      table.details.append(details)
    }
  }

  /// Writes rows of the table. Returns whether there are no more.
  private mutating func writeRows(to output: inout ByteBuffer, limit: Int) -> Bool {
    var table = EntryTable()
    swap(&table, &self.table)
    defer { swap(&table, &self.table) }
    switch stage {
    case .reading, .done: break
    case .rows(var index):
      let isPlain = writesNamesOnly && table.knowsTypes
      while index < rowOrder.count {
        let row = Int(rowOrder[index])
        index += 1
        if isPlain {
          writePlain(
            table.name(at: row), inode: table.inode(at: row), isDirectory: table.isDirectory(at: row),
            to: &output)
        } else {
          write(
            table.entry(at: row), name: table.name(at: row), cipherText: table.cipherTexts[row],
            details: table.details(at: row), to: &output)
        }
        if output.count >= limit, index < rowOrder.count {
          stage = .rows(index)
          return false
        }
      }
    case .lines(var line):
      guard let columns, let text else { break }
      while line < columns.lineCount {
        columns.append(line: line, rowOrder, of: table, text: text, to: &output)
        line += 1
        if output.count >= limit, line < columns.lineCount {
          stage = .lines(line)
          return false
        }
      }
    }
    stage = .done
    rowOrder = []
    columns = nil
    table.removeAll()
    return true
  }

  // MARK: Inodes

  /// What the inode of an entry says. What doesn't fit the entry is said.
  @inline(never)
  private mutating func details(
    of entry: Entry, name: RawSpan, inodes: inout InodeTable
  ) -> InodeDetails {
    var details = InodeDetails()
    do throws(VolumeError) {
      let inode = try inodes.inode(entry.inode)
      details.attributes = inode.attributes
      if let found = entry.disagreement(with: inode.attributes) { say(found.description, of: name) }
      guard inode.attributes.fileType == .symlink, needs.targets || inode.isEncrypted else { return details }
      details.target = try inodes.target(ofLink: inode, on: volume)
      // As stat() has it without the key.
      if inode.isEncrypted, let target = details.target {
        details.attributes?.byteCount = UInt64(target.count)
      }
    } catch {
      details.isUnread = details.attributes == nil
      say(error.sentence, of: name)
    }
    return details
  }

  /// Says what is wrong with an entry of the directory being listed.
  private mutating func say(_ words: String, of name: RawSpan) {
    let path = (directory.map { $0.path + [UInt8(ascii: "/")] } ?? []) + [UInt8](copying: name)
    messages.append("\(Escaping.text(path)): \(words)")
  }
}
