/// Flags of an inode (`i_flags`) that decide how it is read.
enum InodeFlag {
  static var immutable: UInt32 { 0x10 }
  static var append: UInt32 { 0x20 }
  static var encrypted: UInt32 { 0x800 }
  static var hashed: UInt32 { 0x1000 }
  static var countsBlocks: UInt32 { 0x4_0000 }
  static var extents: UInt32 { 0x8_0000 }
  static var holdsAttribute: UInt32 { 0x20_0000 }
  static var inlineData: UInt32 { 0x1000_0000 }
  static var casefolded: UInt32 { 0x4000_0000 }
}
