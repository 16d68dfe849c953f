import Basics

/// A block of a hashed directory's index: `struct dx_root` or `struct dx_node`.
///
/// To whoever reads records it looks like "." and "..", or like one free record. Mirrors `dx_probe()` of ext4.
public struct HashNode: Hashable, Sendable {
  /// Where names from a hash on are.
  public struct Entry: Hashable, Sendable {
    /// The least hash of what is there, its lowest bit aside: that one says that the block before has some of it too.
    public let hash: UInt32
    /// A logical block of the directory: a leaf, or a node further down.
    public let block: LogicalBlock

    /// An entry with these fields.
    public init(hash: UInt32, block: LogicalBlock) {
      self.hash = hash
      self.block = block
    }
  }

  /// What only the first block of a directory says.
  public struct Root: Hashable, Sendable {
    /// Which hash names are kept by: `EXT2_HASH_LEGACY` (0), `_HALF_MD4` (1), `_TEA` (2) or `_SIPHASH` (6).
    public let version: UInt8
    /// How many levels of nodes lie between the root and the leaves.
    public let levelCount: Int
  }

  /// What is wrong with a block of an index.
  public enum Damage: Hashable, Sendable {
    /// It doesn't begin with one free record over the whole block.
    case noNode
    /// Something the root says makes no sense to any kernel.
    case root(UnknownField)
    /// It says it has room for so many entries, and has for others.
    case limit(Int, expected: Int)
    /// It says it has so many entries: none, or more than there is room for.
    case count(Int, limit: Int)
    /// The entry's hash is less than the one before.
    case order(index: Int)
  }

  /// A field of a root, and what stands there.
  public enum UnknownField: Hashable, Sendable {
    case reserved(UInt32)
    case infoLength(Int)
    case version(UInt8)
    case flags(UInt8)
    case levelCount(Int)
  }

  /// Nil in a node.
  public let root: Root?
  /// In the order of their hashes; the first has hash 0, which is nowhere written.
  public let entries: [Entry]

  private static var entryByteCount: Int { 8 }
  private static var tailByteCount: Int { 8 }
  /// Where the root's own fields are: after "." and "..", which data may follow (`dirdata`).
  ///
  /// Mirrors `dx_get_dx_info()` of Lustre's ext4.
  private static func rootInfoOffset(of bytes: RawSpan, carriesData: Bool) -> Int {
    let dotDot = 12
    let usual = 24
    guard carriesData, bytes.byteCount > 64 else { return usual }
    var end = dotDot + Record.headerByteCount + 2
    let flags = bytes[byteAt: dotDot + 7] >> 4
    guard flags != 0 else { return usual }
    // A NUL ends the name; each flag stands for a piece that begins with its length.
    end += 1
    for bit in 0..<4 where flags >> bit & 1 == 1 {
      guard end < bytes.byteCount else { return usual }
      end += Int(bytes[byteAt: end])
    }
    let offset = (end + 3) & ~3
    return offset + 16 <= bytes.byteCount ? offset : usual
  }

  private static var nodeEntriesOffset: Int { 8 }
  /// Block numbers have 28 bits.
  private static var blockMask: UInt32 { 0x0FFF_FFFF }

  /// Reads a block of an index.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - isRoot: whether it is the directory's first block.
  ///   - hasTail: whether it ends in a checksum.
  ///   - maxLevelCount: how many levels of nodes there may be: 1, or 2 with `large_dir`.
  ///   - carriesData: whether data may stand after names (`dirdata`).
  /// - Returns: the node, or nil where nothing can be made of it; and all that is wrong with it.
  public static func read(
    _ bytes: RawSpan, isRoot: Bool, hasTail: Bool, maxLevelCount: Int, carriesData: Bool = false
  ) -> (node: HashNode?, damage: [Damage]) {
    let blockSize = bytes.byteCount
    let rootInfoOffset = rootInfoOffset(of: bytes, carriesData: carriesData)
    var damage: [Damage] = []
    var root: Root?
    var start = nodeEntriesOffset
    if isRoot {
      guard blockSize >= rootInfoOffset + 16 else { return (nil, [.noNode]) }
      let infoLength = Int(bytes[byteAt: rootInfoOffset + 5])
      let unknown = unknownFields(ofRoot: bytes, at: rootInfoOffset, maxLevelCount: maxLevelCount)
      damage += unknown.map { .root($0) }
      // With any of these no kernel would go on: where the entries are, and how deep, is not known.
      guard unknown.isEmpty else { return (nil, damage) }
      root = Root(
        version: bytes[byteAt: rootInfoOffset + 4], levelCount: Int(bytes[byteAt: rootInfoOffset + 6]))
      start = rootInfoOffset + infoLength
    } else {
      let header = bytes.littleEndian(at: 0, as: UInt64.self)
      let length = RecordLength.decode(UInt16(truncatingIfNeeded: header >> 32), blockSize: blockSize)
      let nameLength = UInt8(truncatingIfNeeded: header >> 48)
      guard UInt32(truncatingIfNeeded: header) == 0, length == blockSize, nameLength == 0 else {
        return (nil, [.noNode])
      }
    }
    let room = (blockSize - start - (hasTail ? tailByteCount : 0)) / entryByteCount
    let limit = Int(bytes.littleEndian(at: start, as: UInt16.self))
    let count = Int(bytes.littleEndian(at: start + 2, as: UInt16.self))
    if limit != room { damage.append(.limit(limit, expected: room)) }
    if count == 0 || count > min(limit, room) { damage.append(.count(count, limit: min(limit, room))) }
    var entries: [Entry] = []
    for index in 0..<min(count, room) {
      let at = start + index * entryByteCount
      // The first entry's hash has to be 0: limit and count stand there.
      let hash = index == 0 ? 0 : bytes.littleEndian(at: at, as: UInt32.self)
      let block = LogicalBlock(bytes.littleEndian(at: at + 4, as: UInt32.self) & blockMask)
      if let last = entries.last, hash & ~1 < last.hash & ~1 { damage.append(.order(index: index)) }
      entries.append(Entry(hash: hash, block: block))
    }
    return (HashNode(root: root, entries: entries), damage)
  }

  /// What of a block of an index its checksum is made of, where `metadata_csum` gives it one.
  ///
  /// Mirrors `get_dx_countlimit()` of ext4.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - carriesData: whether data may stand after names (`dirdata`).
  /// - Returns: where limit, count and entries are: all up to their end counts. And where `struct dx_tail` is, eight
  ///   bytes. Nil where the block is no index, or says that it has more entries than can be.
  public static func checksumLayout(
    of bytes: RawSpan, carriesData: Bool = false
  ) -> (entries: Range<Int>, tailOffset: Int)? {
    let rootInfoOffset = rootInfoOffset(of: bytes, carriesData: carriesData)
    func length(at offset: Int) -> Int {
      RecordLength.decode(bytes.littleEndian(at: offset + 4, as: UInt16.self), blockSize: bytes.byteCount)
    }
    let start: Int
    switch length(at: 0) {
    case bytes.byteCount: start = nodeEntriesOffset
    case 12 where length(at: 12) == bytes.byteCount - 12:
      let infoLength = Int(bytes[byteAt: rootInfoOffset + 5])
      guard bytes.littleEndian(at: rootInfoOffset, as: UInt32.self) == 0, infoLength == 8 else { return nil }
      start = rootInfoOffset + infoLength
    default: return nil
    }
    let limit = Int(bytes.littleEndian(at: start, as: UInt16.self))
    let count = Int(bytes.littleEndian(at: start + 2, as: UInt16.self))
    let tail = start + limit * entryByteCount
    guard count <= limit, tail + tailByteCount <= bytes.byteCount else { return nil }
    return (start..<start + count * entryByteCount, tail)
  }

  private static func unknownFields(ofRoot bytes: RawSpan, at rootInfoOffset: Int, maxLevelCount: Int)
    -> [UnknownField]
  {
    var unknown: [UnknownField] = []
    let reserved = bytes.littleEndian(at: rootInfoOffset, as: UInt32.self)
    let version = bytes[byteAt: rootInfoOffset + 4]
    let infoLength = Int(bytes[byteAt: rootInfoOffset + 5])
    let levelCount = Int(bytes[byteAt: rootInfoOffset + 6])
    let flags = bytes[byteAt: rootInfoOffset + 7]
    if reserved != 0 { unknown.append(.reserved(reserved)) }
    if ![0, 1, 2, 6].contains(version) { unknown.append(.version(version)) }
    if infoLength != 8 { unknown.append(.infoLength(infoLength)) }
    if levelCount > maxLevelCount { unknown.append(.levelCount(levelCount)) }
    if flags & 1 != 0 { unknown.append(.flags(flags)) }
    return unknown
  }
}
