import FolioCore

/// The entries of one directory, kept to be sorted: one block of bytes for all names, a row for each entry.
struct EntryTable {
  /// What entries are sorted by. Ties are sorted by name.
  enum Order {
    case name
    /// Largest first.
    case size
    /// Last modified first.
    case time
  }

  struct Row {
    let entry: Entry
    let nameBytes: Range<Int>
  }

  private(set) var rows: [Row] = []
  private var names: [UInt8] = []
  /// One a row, or none at all where nothing beyond the records is needed.
  var details: [Details] = []

  mutating func append(_ entry: Entry, name: RawSpan) {
    let start = names.count
    unsafe name.withUnsafeBytes { unsafe names.append(contentsOf: $0) }
    rows.append(Row(entry: entry, nameBytes: start..<names.count))
  }

  /// What is known of the row at `index` beyond its record.
  func details(at index: Int) -> Details {
    details.isEmpty ? Details() : details[index]
  }

  /// The name of a row.
  @_lifetime(borrow self)
  func name(of row: Row) -> RawSpan {
    names.raw.extracting(row.nameBytes)
  }

  /// The places of the rows in the order asked for.
  ///
  /// - Complexity: n log n comparisons; most look at 8 bytes.
  func sorted(by order: Order, reversed: Bool) -> [Int] {
    var keys = rows.indices.map { SortKey(primary: primaryKey(ofRow: $0, order), row: UInt32($0)) }
    unsafe names.withUnsafeBytes { names in
      keys.sort { left, right in
        if left.primary != right.primary { return left.primary < right.primary }
        let (a, b) = (rows[Int(left.row)].nameBytes, rows[Int(right.row)].nameBytes)
        return unsafe UnsafeRawBufferPointer(rebasing: names[a])
          .lexicographicallyPrecedes(UnsafeRawBufferPointer(rebasing: names[b]))
      }
    }
    let places = keys.map { Int($0.row) }
    return reversed ? places.reversed() : places
  }

  private struct SortKey {
    let primary: UInt64
    let row: UInt32
  }

  /// A number that sorts as the row does: the first 8 bytes of its name, or what is largest first, turned over.
  private func primaryKey(ofRow index: Int, _ order: Order) -> UInt64 {
    switch order {
    case .name:
      let row = rows[index]
      var key: UInt64 = 0
      for index in 0..<8 {
        key = key << 8 | (index < row.nameBytes.count ? UInt64(names[row.nameBytes.lowerBound + index]) : 0)
      }
      return key
    case .size: return ~(details(at: index).attributes?.byteCount ?? 0)
    case .time:
      guard let time = details(at: index).attributes?.modified else { return .max }
      // Seconds lie from -2^31 to 2^34 - 2^31 - 1: 34 bits, above the 30 of nanoseconds.
      return ~(UInt64(time.seconds + 1 << 31) << 30 | UInt64(time.nanoseconds))
    }
  }
}
