import Basics
public import FolioCore

/// Entries of a directory that stand in a row, one after the other.
///
/// A thin layer over ``RecordCursor`` that leaves out records not in use. It looks at the reader's memory, and is gone when the
/// reader goes on.
public struct EntryCursor: ~Copyable, ~Escapable {
  /// Where its entries stand.
  public let place: EntryPlace
  /// Of the one entry there is, in an encrypted directory; its ``name(of:)`` is what is shown then.
  package let encryptedName: EncryptedName?

  @usableFromInline
  var records: RecordCursor
  @usableFromInline
  var recordCount = 0
  /// The only entry, where it is handed out by itself.
  @usableFromInline
  let isSingle: Bool
  @usableFromInline
  var single: Record?
  @usableFromInline
  let singleName: RawSpan
  @usableFromInline
  let position: ReadingPosition
  /// Where the page size counts what crosses one.
  @usableFromInline
  let countedPage: PageSize?

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
  @inlinable
  @inline(__always)
  @_lifetime(self: copy self)
  public mutating func next() -> Record? {
    if isSingle { return single.take() }
    while let record = records.nextRecord() {
      recordCount &+= 1
      if let countedPage { position.count(record, pageSize: countedPage) }
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
  @inlinable
  @inline(__always)
  @_lifetime(copy self)
  public func name(of record: Record) -> RawSpan {
    isSingle ? singleName : records.name(of: record)
  }

  /// Ends the row here: the reader goes on after the last entry, by its next step.
  public func pause() {
    if !isSingle { position.end(at: records.offset, recordCount: recordCount, .paused) }
  }
}

/// How far a directory's records have been read: what an ``EntryCursor`` leaves to its reader.
///
/// One for all rows of a reader, which hands out one row at a time. The offset never lies before the bytes that the reader shows
/// (`FolioReader.start`): ``RecordCursor`` reads without a test from there on.
@usableFromInline
final class ReadingPosition {
  @usableFromInline
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

  package fileprivate(set) var state = State.paused
  /// In bytes from the start of the block, or of what is kept in an inode.
  package fileprivate(set) var offset = 0
  /// Records reached, in use or not.
  package fileprivate(set) var recordCount = 0
  @usableFromInline
  var tally = RecordTally()

  /// Counts what crosses a page. By a method: from the cursor itself, ThreadSanitizer's build takes a change of the tally for
  /// an escape of the cursor.
  @inlinable
  @inline(__always)
  func count(_ record: Record, pageSize: PageSize) { tally.count(record, pageSize: pageSize) }

  @usableFromInline
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
  package func go(to offset: Int) {
    self.offset = offset
    state = .paused
  }

  /// Counts a record that is handed out by itself.
  package func count(_ record: Record, pageSize: PageSize?) {
    recordCount += 1
    if let pageSize { tally.count(record, pageSize: pageSize) }
  }

  func handOut() { state = .handedOut }
}
