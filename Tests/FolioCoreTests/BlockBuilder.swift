import Basics
import FolioCore

/// Makes directory blocks by hand.
struct BlockBuilder {
  private(set) var bytes: [UInt8]

  init(blockSize: Int) {
    bytes = Array(repeating: 0, count: blockSize)
  }

  /// Writes a record; `length` is the raw rec_len.
  mutating func put(
    at offset: Int, inode: InodeNumber, length: Int, name: String, type: UInt8 = 1, nameLength: Int? = nil
  ) {
    for shift in 0..<4 { bytes[offset + shift] = UInt8(truncatingIfNeeded: inode.rawValue >> (8 * shift)) }
    bytes[offset + 4] = UInt8(length & 0xFF)
    bytes[offset + 5] = UInt8(length >> 8)
    bytes[offset + 6] = UInt8(nameLength ?? name.utf8.count)
    bytes[offset + 7] = type
    for (index, byte) in name.utf8.enumerated() where offset + 8 + index < bytes.count {
      bytes[offset + 8 + index] = byte
    }
  }

  /// A block of records with names of `nameLength` bytes, numbered, as many as fit; the last reaches the end.
  static func filled(blockSize: Int, nameLength: Int, from start: Int = 0) -> BlockBuilder {
    var block = BlockBuilder(blockSize: blockSize)
    let length = (nameLength + 11) & ~3
    var offset = start
    var inode: InodeNumber = 11
    if start > 0 { block.put(at: 0, inode: 2, length: start, name: ".", type: 2) }
    while offset < blockSize {
      let isLast = blockSize - offset < 2 * length
      let whole = isLast ? blockSize - offset : length
      let digits = inode.description
      let name = digits + String(repeating: "x", count: max(0, nameLength - digits.utf8.count))
      block.put(at: offset, inode: inode, length: whole, name: name)
      offset += whole
      inode += 1
    }
    return block
  }
}
