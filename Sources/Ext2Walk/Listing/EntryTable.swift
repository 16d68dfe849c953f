import Basics
import ExtVolume
import FolioCore
import TextOutput

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

  /// An entry, packed: directories have a million. 32 bytes without padding.
  private struct Row: BitwiseCopyable {
    let nameStart: Int
    let inode: InodeNumber
    let offset: UInt32
    let recordLength: UInt32
    /// Where in `places` its place is.
    let place: UInt32
    let nameLength: UInt32
    let recordNameLength: UInt8
    let typeCode: UInt8
    let padding: UInt16 = 0

    static var size: Int { MemoryLayout<Row>.size }

    var nameBytes: Range<Int> { nameStart..<nameStart + Int(nameLength) }
  }

  private var rows = ByteBuffer()
  private var places: [EntryPlace] = []
  private var names = ByteBuffer()
  private var namesTypes = true
  /// Whether all records say types.
  private(set) var knowsTypes = true
  /// One a row, or none at all where nothing beyond the records is needed.
  var details: [InodeDetails] = []
  /// The cipher texts of rows in encrypted directories, by their indices; none elsewhere.
  private(set) var cipherTexts: [Int: [UInt8]] = [:]

  /// What an empty table keeps of the memory it had.
  private static var mostBytesKept: Int { 1 << 20 }
  private static var mostPlacesKept: Int { 1 << 15 }

  var count: Int { rows.count / Row.size }

  private func row(at index: Int) -> Row {
    // Any bytes are a row: its fields are numbers.
    unsafe rows.bytes.unsafeLoad(fromByteOffset: index &* Row.size, as: Row.self)
  }

  /// Says where the entries that follow stand.
  mutating func begin(at place: EntryPlace) {
    if places.last != place { places.append(place) }
    namesTypes = place.namesTypes
  }

  /// Appends an entry that stands where ``begin(at:)`` has said.
  @inline(__always)
  mutating func append(_ record: Record, name: RawSpan) {
    if !(namesTypes && record.namesType) { knowsTypes = false }
    rows.append(
      valueOf: Row(
        nameStart: names.count, inode: record.inode, offset: UInt32(record.offset),
        recordLength: UInt32(record.length), place: UInt32(places.count - 1),
        nameLength: UInt32(name.byteCount), recordNameLength: UInt8(record.nameLength),
        typeCode: record.fileTypeCode))
    names.append(name)
  }

  /// Appends an entry of an encrypted directory.
  mutating func append(_ record: Record, encrypted name: EncryptedName) {
    cipherTexts[count] = name.cipherText
    append(record, name: name.shown.raw)
  }

  mutating func removeAll() {
    cipherTexts = [:]
    rows.removeAll(keeping: Self.mostBytesKept)
    places.removeAll(keepingCapacity: places.count <= Self.mostPlacesKept)
    names.removeAll(keeping: Self.mostBytesKept)
    details = []
    knowsTypes = true
  }

  /// The entry of the row at `index`.
  func entry(at index: Int) -> Entry {
    let row = row(at: index)
    return Entry(
      record: Record(
        offset: Int(row.offset), length: Int(row.recordLength), inode: row.inode,
        nameLength: Int(row.recordNameLength), fileTypeCode: row.typeCode),
      place: places[Int(row.place)])
  }

  /// The name of the row at `index`.
  @_lifetime(borrow self)
  func name(at index: Int) -> RawSpan {
    names.bytes.extracting(row(at: index).nameBytes)
  }

  /// Whether the record of the row at `index` says it names a directory, where records say types at all.
  func isDirectory(at index: Int) -> Bool { row(at: index).typeCode == FileType.directory.rawValue }

  func inode(at index: Int) -> InodeNumber { row(at: index).inode }

  /// What is known of the row at `index` beyond its record.
  func details(at index: Int) -> InodeDetails? {
    details.isEmpty ? nil : details[index]
  }

  /// The indices of the rows in the order asked for.
  func sorted(by order: Order, reversed: Bool) -> [UInt32] {
    let names = names.bytes
    let shared = sharedPrefixLength(names)
    var places = RowOrder.sorted(
      count, by: { number(at: $0, order, names, skipping: shared) }, names,
      from: order == .name ? shared + 8 : shared, name: { row(at: Int($0)).nameBytes })
    if reversed { places.reverse() }
    return places
  }

  /// How many bytes all names begin with.
  private func sharedPrefixLength(_ names: RawSpan) -> Int {
    guard count > 0 else { return 0 }
    let first = names.extracting(row(at: 0).nameBytes)
    var length = first.byteCount
    for index in 1..<count where length > 0 {
      let name = names.extracting(row(at: index).nameBytes)
      let most = min(length, name.byteCount)
      var shared = 0
      while shared < most {
        let difference = first.bigEndianWord(at: shared) ^ name.bigEndianWord(at: shared)
        shared += difference.leadingZeroBitCount / 8
        if difference != 0 { break }
      }
      length = min(most, shared)
    }
    return length
  }

  /// A number that sorts as the row does: 8 bytes of its name, or what is largest first, turned over.
  private func number(at index: Int, _ order: Order, _ names: RawSpan, skipping shared: Int) -> UInt64 {
    switch order {
    case .name: return names.extracting(row(at: index).nameBytes).bigEndianWord(at: shared)
    case .size: return ~(details(at: index)?.attributes?.byteCount ?? 0)
    case .time:
      guard let time = details(at: index)?.attributes?.modified else { return .max }
      // Seconds lie from -2^31 to 2^34 - 2^31 - 1: 34 bits, above the 30 of nanoseconds.
      return ~(UInt64(time.seconds + 1 << 31) << 30 | UInt64(time.nanoseconds))
    }
  }
}
