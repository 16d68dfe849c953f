import Basics
import FolioCore

/// What a ``DirectoryReader`` comes to next, in the order on disk.
enum DirectoryStep: ~Copyable, ~Escapable {
  /// Where the blocks of the directory are, before any of them is read. Not for one that is kept in its inode.
  case blocks(MappedBlocks, of: Inode)
  /// A block, before its entries.
  ///
  /// - Parameter head: the block from its start: 24 bytes at least, where "." and ".." have their records.
  case block(BlockPlace, head: RawSpan)
  /// Entries that stand in a row.
  case entries(EntryCursor)
  /// The end of a block, of which something could be read.
  ///
  /// - Parameter recordCount: how many records it has, in use or not, as far as they could be reached.
  case blockEnd(BlockPlace, recordCount: Int)
  /// What is wrong with the directory, at the place in the order where it was found.
  case damage(DirectoryProblem)
}

/// Entries of a directory that stand in a row, one after the other.
///
/// A thin layer over ``RecordCursor`` that leaves out records not in use. It looks at the reader's memory, and is gone when the
/// reader goes on.
struct EntryCursor: ~Copyable, ~Escapable {
  /// Where its entries stand.
  let place: EntryPlace
  /// Of the one entry there is, in an encrypted directory; its ``name(of:)`` is what is shown then.
  let encryptedName: EncryptedName?

  private var records: RecordCursor
  private var recordCount = 0
  /// The only entry, where it is handed out by itself.
  private let isSingle: Bool
  private var single: Record?
  private let singleName: RawSpan
  private let position: ReadingPosition
  /// Where the page size counts what crosses one.
  private let countedPage: PageSize?

  /// The entries of `records`, as far as names are such that a path can hold.
  @_lifetime(copy records)
  init(_ records: consuming RecordCursor, at place: EntryPlace, _ position: ReadingPosition) {
    self.place = place
    self.position = position
    self.records = records
    encryptedName = nil
    isSingle = false
    single = nil
    singleName = RawSpan()
    countedPage = position.tally.isOn ? place.pageSize : nil
  }

  /// One entry.
  @_lifetime(copy name)
  init(
    _ record: Record, name: RawSpan, encryptedName: EncryptedName? = nil, at place: EntryPlace,
    _ position: ReadingPosition
  ) {
    self.place = place
    self.encryptedName = encryptedName
    self.position = position
    records = RecordCursor(name, format: RecordFormat(blockSize: 0, inodeCount: 0))
    isSingle = true
    single = record
    singleName = name
    countedPage = nil
  }

  /// The next entry's record; nil where the row ends.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func next() -> Record? {
    if isSingle { return single.take() }
    while let record = records.nextRecord() {
      recordCount &+= 1
      if let countedPage { position.tally.count(record, pageSize: countedPage) }
      guard record.isEntry else { continue }
      if record.nameLength == 0 || records.name(of: record).holdsNULOrSlash {
        position.end(at: record.offset, recordCount: recordCount, .suspect)
        return nil
      }
      return record
    }
    position.end(at: records.offset, recordCount: recordCount, .stopped)
    return nil
  }

  /// The name of a record that ``next()`` has returned.
  @inline(__always)
  @_lifetime(copy self)
  func name(of record: Record) -> RawSpan {
    isSingle ? singleName : records.name(of: record)
  }

  /// Ends the row here: the reader goes on after the last entry, by its next step.
  func pause() {
    if !isSingle { position.end(at: records.offset, recordCount: recordCount, .paused) }
  }
}

/// How far a directory's records have been read: what an ``EntryCursor`` leaves to its reader.
final class ReadingPosition {
  enum State {
    /// Entries are handed out, and how far they were read nobody has said.
    case handedOut
    /// Records go on at `offset`, or nobody has looked.
    case paused
    /// Nothing can be read at `offset`.
    case stopped
    /// The record at `offset` has a name that no path can hold. It has been counted.
    case suspect
  }

  fileprivate(set) var state = State.paused
  /// In bytes from the start of the block, or of what is kept in an inode.
  fileprivate(set) var offset = 0
  /// Records reached, in use or not.
  fileprivate(set) var recordCount = 0
  var tally = RecordTally()

  func end(at offset: Int, recordCount: Int, _ state: State) {
    self.offset = offset
    self.recordCount += recordCount
    self.state = state
  }

  /// Goes to the start of a block.
  func reset(tally: RecordTally) {
    (state, offset, recordCount) = (.paused, 0, 0)
    self.tally = tally
  }

  /// Goes on at `offset`.
  func go(to offset: Int) {
    self.offset = offset
    state = .paused
  }

  /// Counts a record that is handed out by itself.
  func count(_ record: Record, pageSize: PageSize?) {
    recordCount += 1
    if let pageSize { tally.count(record, pageSize: pageSize) }
  }

  func handOut() { state = .handedOut }
}
