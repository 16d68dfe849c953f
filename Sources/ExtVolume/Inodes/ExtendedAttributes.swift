import Basics
package import FolioCore

/// The extended attributes that an inode, or the block that `i_file_acl` names, holds.
///
/// Mirrors `struct ext2_ext_attr_entry` and what `ext4_xattr_check_entries()` asks of it. All of it comes from the image:
/// a name that doesn't lie in these bytes ends the list, and a value that doesn't is left out.
package struct ExtendedAttributes {
  package struct Attribute {
    /// What the name begins with: 1 for `user.`, 7 for `system.`, 9 for what encryption keeps.
    let nameIndex: UInt8
    package let name: [UInt8]
    /// The inode whose contents the value is (`ea_inode`); 0 where the value is among these bytes.
    package let valueInode: InodeNumber
    /// How long the value is, in bytes.
    let valueByteCount: UInt64
    /// Where the value is, in bytes from the start of what was read; nil where it is in an inode of its own, or where the
    /// record's numbers lead outside these bytes. Values of a hostile image may overlap: only the one that is wanted is copied.
    let valueBytes: Range<Int>?

    /// Whether it is the attribute of this name.
    func isNamed(_ index: UInt8, _ name: String) -> Bool {
      nameIndex == index && self.name.elementsEqual(name.utf8)
    }
  }

  /// In the order on disk.
  package private(set) var all: [Attribute] = []
  /// Whether the list breaks off at a damaged record.
  package private(set) var breaksOff = false

  /// The least bytes of a record, without its name.
  private static var recordByteCount: Int { 16 }

  /// The attributes in an inode, after its fields; none where there is no room for any.
  ///
  /// - Parameter bytes: the inode as it stands in its table.
  package init(inode bytes: RawSpan) {
    let goodOldSize = Inode.leastByteCount
    guard bytes.byteCount >= goodOldSize + 4 else { return }
    let header = goodOldSize + Int(bytes.littleEndian(at: goodOldSize, as: UInt16.self))
    guard header + 4 <= bytes.byteCount, bytes.littleEndian(at: header, as: UInt32.self) == Self.magic
    else { return }
    // Values are counted from the first record.
    read(bytes, from: header + 4, valuesFrom: header + 4)
  }

  /// The attributes in a block, whose list breaks off at once where it holds none.
  ///
  /// - Parameter bytes: the block, all of it.
  package init(block bytes: RawSpan) {
    let headerByteCount = 32
    guard bytes.littleEndian(at: 0, as: UInt32.self) == Self.magic else {
      breaksOff = true
      return
    }
    read(bytes, from: headerByteCount, valuesFrom: 0)
  }

  private static var magic: UInt32 { 0xEA02_0000 }

  private mutating func read(_ bytes: RawSpan, from start: Int, valuesFrom base: Int) {
    var entry = start
    // Four zero bytes end the list; so does the end of the bytes.
    while entry + 4 <= bytes.byteCount, bytes.littleEndian(at: entry, as: UInt32.self) != 0 {
      let name = entry + Self.recordByteCount
      let nameLength = Int(bytes[byteAt: entry])
      guard name + nameLength <= bytes.byteCount else {
        breaksOff = true
        return
      }
      let valueStart = base + Int(bytes.littleEndian(at: entry + 2, as: UInt16.self))
      let valueInode = bytes.littleEndian(at: entry + 4, as: InodeNumber.self)
      let valueByteCount = UInt64(bytes.littleEndian(at: entry + 8, as: UInt32.self))
      var valueBytes: Range<Int>?
      if valueInode == 0, valueStart <= bytes.byteCount,
        valueByteCount <= UInt64(bytes.byteCount - valueStart)
      {
        valueBytes = valueStart..<valueStart + Int(valueByteCount)
      }
      all.append(
        Attribute(
          nameIndex: bytes[byteAt: entry + 1],
          name: [UInt8](copying: bytes.extracting(name..<name + nameLength)), valueInode: valueInode,
          valueByteCount: valueByteCount, valueBytes: valueBytes))
      entry = name + (nameLength + 3) & ~3
    }
  }
}
