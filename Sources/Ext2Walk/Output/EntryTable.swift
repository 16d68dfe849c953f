import FolioCore

/// The entries of one directory, kept to be sorted: 32 bytes for each, and one block of bytes for all names.
struct EntryTable: ~Copyable {
  /// What entries are sorted by. Ties are sorted by name.
  enum Order {
    case name
    /// Largest first.
    case size
    /// Last modified first.
    case time
  }

  /// An entry, packed: directories have a million.
  private struct Row {
    let inode: UInt32
    let offset: UInt32
    let recordLength: UInt32
    /// Where in `places` its place is.
    let place: UInt32
    let nameStart: Int
    let nameLength: UInt32
    let recordNameLength: UInt8
    let typeCode: UInt8

    var nameBytes: Range<Int> { nameStart..<nameStart + Int(nameLength) }
  }

  private var rows: [Row] = []
  private var places: [EntryPlace] = []
  private var names = ByteBuffer()
  /// One a row, or none at all where nothing beyond the records is needed.
  var details: [Details] = []

  /// What an empty table keeps of the memory it had.
  private static var mostNameBytesKept: Int { 1 << 20 }
  private static var mostRowsKept: Int { 1 << 15 }

  var count: Int { rows.count }

  @inline(__always)
  mutating func append(_ record: Record, name: RawSpan, at place: EntryPlace) {
    if places.last != place { places.append(place) }
    rows.append(
      Row(
        inode: record.inode, offset: UInt32(record.offset), recordLength: UInt32(record.length),
        place: UInt32(places.count - 1), nameStart: names.count, nameLength: UInt32(name.byteCount),
        recordNameLength: UInt8(record.nameLength), typeCode: record.fileTypeCode))
    names.append(name)
  }

  mutating func removeAll() {
    rows.removeAll(keepingCapacity: rows.count <= Self.mostRowsKept)
    places.removeAll(keepingCapacity: places.count <= Self.mostRowsKept)
    names.removeAll(keeping: Self.mostNameBytesKept)
    details = []
  }

  /// The entry of the row at `index`.
  func entry(at index: Int) -> Entry {
    let row = rows[index]
    return Entry(
      record: Record(
        offset: Int(row.offset), length: Int(row.recordLength), inode: row.inode,
        nameLength: Int(row.recordNameLength), fileTypeCode: row.typeCode),
      place: places[Int(row.place)])
  }

  /// The name of the row at `index`.
  @_lifetime(borrow self)
  func name(at index: Int) -> RawSpan {
    names.bytes.extracting(rows[index].nameBytes)
  }

  /// What is known of the row at `index` beyond its record.
  func details(at index: Int) -> Details? {
    details.isEmpty ? nil : details[index]
  }

  /// The indices of the rows in the order asked for.
  ///
  /// - Complexity: n log n comparisons; most look at 8 bytes.
  func sorted(by order: Order, reversed: Bool) -> [Int] {
    let names = names.bytes
    let shared = order == .name ? sharedPrefixLength(names) : 0
    var keys = rows.indices.map {
      SortKey(primary: primaryKey(at: $0, order, names, skipping: shared), row: UInt32($0))
    }
    keys.sort { left, right in
      if left.primary != right.primary { return left.primary < right.primary }
      return names.extracting(rows[Int(left.row)].nameBytes).precedes(
        names.extracting(rows[Int(right.row)].nameBytes))
    }
    let places = keys.map { Int($0.row) }
    return reversed ? places.reversed() : places
  }

  private struct SortKey {
    let primary: UInt64
    let row: UInt32
  }

  /// How many bytes all names begin with.
  private func sharedPrefixLength(_ names: RawSpan) -> Int {
    guard let first = rows.first else { return 0 }
    var length = Int(first.nameLength)
    for row in rows {
      var shared = 0
      let most = min(length, Int(row.nameLength))
      while shared < most, names[byteAt: row.nameStart + shared] == names[byteAt: first.nameStart + shared] {
        shared += 1
      }
      length = shared
      if length == 0 { break }
    }
    return length
  }

  /// A number that sorts as the row does: 8 bytes of its name, or what is largest first, turned over.
  private func primaryKey(at index: Int, _ order: Order, _ names: RawSpan, skipping shared: Int) -> UInt64 {
    switch order {
    case .name: return names.extracting(rows[index].nameBytes).bigEndianWord(at: shared)
    case .size: return ~(details(at: index)?.attributes?.byteCount ?? 0)
    case .time:
      guard let time = details(at: index)?.attributes?.modified else { return .max }
      // Seconds lie from -2^31 to 2^34 - 2^31 - 1: 34 bits, above the 30 of nanoseconds.
      return ~(UInt64(time.seconds + 1 << 31) << 30 | UInt64(time.nanoseconds))
    }
  }
}

extension RawSpan {
  /// The 8 bytes from `offset` on as a number that sorts as they do; zeroes stand for those that aren't there.
  fileprivate func bigEndianWord(at offset: Int) -> UInt64 {
    let left = byteCount - offset
    if left >= 8 { return littleEndian(at: offset, as: UInt64.self).byteSwapped }
    var word: UInt64 = 0
    for index in 0..<max(0, left) { word |= UInt64(self[byteAt: offset + index]) << (56 - 8 * index) }
    return word
  }

  /// Whether these bytes sort before `other`, the shorter first where one begins the other.
  fileprivate func precedes(_ other: RawSpan) -> Bool {
    let shared = min(byteCount, other.byteCount)
    var offset = 0
    while offset < shared {
      let (ours, theirs) = (bigEndianWord(at: offset), other.bigEndianWord(at: offset))
      if ours != theirs { return ours < theirs }
      offset += 8
    }
    return byteCount < other.byteCount
  }
}
