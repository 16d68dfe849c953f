/// Flags of an inode (`i_flags`) that decide how it is read.
package enum InodeFlag {
  static var immutable: UInt32 { 0x10 }
  package static var append: UInt32 { 0x20 }
  package static var encrypted: UInt32 { 0x800 }
  package static var hashed: UInt32 { 0x1000 }
  static var countsBlocks: UInt32 { 0x4_0000 }
  package static var extents: UInt32 { 0x8_0000 }
  package static var holdsAttribute: UInt32 { 0x20_0000 }
  package static var inlineData: UInt32 { 0x1000_0000 }
  package static var casefolded: UInt32 { 0x4000_0000 }
}
