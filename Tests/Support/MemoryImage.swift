import Basics
import FolioCore
import SystemPackage

@testable import ExtVolume

/// A small file system in memory, to be broken by hand: blocks of 1 KiB, one group, no checksums.
struct MemoryImage {
  var bytes: [UInt8]
  private let root: Int
  private let group = 2048

  init(tree: [String] = [], options: [String] = ["-O", "^metadata_csum,^64bit,^dir_index"]) async throws {
    let made = try await ScratchImage(blockSize: 1024, tree: tree, options: options)
    bytes = try readFile(made.path)
    root = try await made.position(ofInode: .root)
  }

  var inodeSize: Int { Int(bytes.raw.littleEndian(at: 1024 + 0x58, as: UInt16.self)) }

  mutating func set<Number: FixedWidthInteger>(_ value: Number, at position: Int) {
    for index in 0..<Number.bitWidth / 8 {
      bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  mutating func setSuperblock(_ value: some FixedWidthInteger, at offset: Int) {
    set(value, at: 1024 + offset)
  }

  mutating func setDescriptor(_ value: some FixedWidthInteger, at offset: Int) {
    set(value, at: group + offset)
  }

  mutating func setInode(_ number: InodeNumber, _ value: some FixedWidthInteger, at offset: Int) {
    set(value, at: root + Int(number - .root) * inodeSize + offset)
  }

  /// Where block `logical` of an inode begins, which has a block map.
  func position(ofBlock logical: Int, of number: InodeNumber) -> Int {
    let inode = root + Int(number - .root) * inodeSize
    return Int(bytes.raw.littleEndian(at: inode + Inode.Field.blockArea + 4 * logical, as: UInt32.self))
      * 1024
  }

  func open(_ options: Volume.OpenOptions = Volume.OpenOptions()) throws(VolumeError) -> Volume {
    try Volume(MemorySource(bytes), options: options)
  }
}
