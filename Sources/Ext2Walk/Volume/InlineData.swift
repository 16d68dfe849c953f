import CExt2fs
import FolioCore

/// The contents of a file or directory that are kept in its inode.
struct InlineData {
  /// The 60 bytes of `i_block`.
  let area: Inode.BlockArea
  /// The value of `system.data`, which goes on where the area ends; empty where there is none.
  let attribute: [UInt8]
  /// Whether there is one, be it empty. Without, a kernel takes the area for block numbers.
  private(set) var hasAttribute = false

  /// All of it, cut to `count` bytes.
  func bytes(first count: Int) -> [UInt8] {
    var all = [UInt8](copying: area.span.raw)
    all += attribute
    return Array(all.prefix(count))
  }

  /// Finds the attribute behind an inode's fields; nil where the attributes are damaged.
  ///
  /// Layout: `ext2_ext_attr_entry` records behind a magic number, values counted from the first record.
  ///
  /// - Parameter bytes: the inode as it stands in its table.
  init?(inode: Inode, bytes: RawSpan) {
    area = inode.blockArea
    let goodOldSize = Int(EXT2_GOOD_OLD_INODE_SIZE)
    guard bytes.byteCount >= goodOldSize + 4 else {
      attribute = []
      return
    }
    let header = goodOldSize + Int(bytes.littleEndian(at: goodOldSize, as: UInt16.self))
    guard header + 4 <= bytes.byteCount,
      bytes.littleEndian(at: header, as: UInt32.self) == EXT2_EXT_ATTR_MAGIC
    else {
      attribute = []
      return
    }
    let first = header + 4
    var entry = first
    // Four zero bytes end the list; so does the end of the inode.
    while entry + 4 <= bytes.byteCount, bytes.littleEndian(at: entry, as: UInt32.self) != 0 {
      let name = entry + 16
      let nameLength = Int(bytes[byteAt: entry])
      guard name + nameLength <= bytes.byteCount else { return nil }
      if Self.isSystemData(bytes.extracting(entry..<name + nameLength)) {
        let start = first + Int(bytes.littleEndian(at: entry + 2, as: UInt16.self))
        let inode = bytes.littleEndian(at: entry + 4, as: UInt32.self)
        let count = Int(bytes.littleEndian(at: entry + 8, as: UInt32.self))
        guard inode == 0, start <= bytes.byteCount, count <= bytes.byteCount - start else { return nil }
        attribute = [UInt8](copying: bytes.extracting(start..<start + count))
        hasAttribute = true
        return
      }
      entry = name + (nameLength + 3) & ~3
    }
    attribute = []
  }

  /// Whether an attribute's record names `system.data`: index 7, "data".
  private static func isSystemData(_ entry: RawSpan) -> Bool {
    entry.byteCount == 20 && entry[byteAt: 1] == 7
      && entry.littleEndian(at: 16, as: UInt32.self) == 0x6174_6164
  }
}
