import Basics
import CExt2fs
import FolioCore
import SystemPackage
import Testing

/// What libext2fs' own iterator says of directories: an oracle that nobody here wrote.
@safe
final class Ext2fsOracle {
  struct Entry: Hashable {
    let inode: InodeNumber
    let offset: Int
    let recordLength: Int
    let name: [UInt8]
    let type: Int
  }

  private let handle: ext2_filsys

  init(_ image: String) throws {
    var handle: ext2_filsys?
    let code = unsafe ext2fs_open2(image, "", EXT2_FLAG_64BITS, 0, 0, cext2fs_unix_io_manager(), &handle)
    try #require(code == 0)
    unsafe self.handle = unsafe try #require(handle)
  }

  deinit {
    var handle: ext2_filsys? = unsafe handle
    _ = unsafe ext2fs_close_free(&handle)
  }

  private final class Collector {
    let blockSize: Int
    var entries: [Entry] = []

    init(blockSize: Int) {
      self.blockSize = blockSize
    }
  }

  /// The entries of a directory, in the order of `ext2fs_dir_iterate2()`.
  func entries(of directory: InodeNumber) throws -> [Entry] {
    let collector = Collector(blockSize: unsafe Int(handle.pointee.blocksize))
    let context = unsafe Unmanaged.passUnretained(collector).toOpaque()
    let code = unsafe ext2fs_dir_iterate2(
      handle, directory.rawValue, 0, nil,
      { _, _, record, offset, _, _, context in
        let collector = unsafe Unmanaged<Collector>.fromOpaque(context.unsafelyUnwrapped)
          .takeUnretainedValue()
        let record = unsafe UnsafeRawPointer(record.unsafelyUnwrapped)
        let raw = unsafe Int(record.load(fromByteOffset: 4, as: UInt16.self))
        let nameLength = unsafe Int(record.load(fromByteOffset: 6, as: UInt8.self))
        let isLarge = collector.blockSize == 65536
        let length = isLarge && (raw == 0xFFFF || raw == 0) ? 65536 : raw
        unsafe collector.entries.append(
          Entry(
            inode: InodeNumber(record.load(as: UInt32.self)), offset: Int(offset), recordLength: length,
            name: Array(UnsafeRawBufferPointer(start: record + 8, count: nameLength)),
            type: Int(record.load(fromByteOffset: 7, as: UInt8.self))))
        return 0
      }, context)
    try #require(code == 0)
    return collector.entries
  }

  /// A directory block as it is on disk.
  func blocks(of directory: InodeNumber) throws -> [(number: UInt64, bytes: [UInt8])] {
    let size = unsafe Int(handle.pointee.blocksize)
    final class Numbers { var all: [UInt64] = [] }
    let numbers = Numbers()
    let code = unsafe ext2fs_block_iterate3(
      handle, directory.rawValue, Int32(BLOCK_FLAG_READ_ONLY | BLOCK_FLAG_DATA_ONLY), nil,
      { _, number, _, _, _, context in
        let numbers = unsafe Unmanaged<Numbers>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
        unsafe numbers.all.append(number.unsafelyUnwrapped.pointee)
        return 0
      }, Unmanaged.passUnretained(numbers).toOpaque())
    try #require(code == 0)
    return try numbers.all.map { number in
      var bytes = [UInt8](repeating: 0, count: size)
      try #require(unsafe io_channel_read_blk64(handle.pointee.io, number, 1, &bytes) == 0)
      return (number, bytes)
    }
  }

  /// What libext2fs thinks of the checksum of a directory block.
  func hasRightChecksum(_ block: [UInt8], directory: InodeNumber) -> Bool {
    var block = block
    return unsafe block.withUnsafeMutableBytes {
      unsafe ext2fs_dir_block_csum_verify(
        handle, directory.rawValue,
        $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: ext2_dir_entry.self)) != 0
    }
  }

  /// What libext2fs thinks of the checksum of an inode.
  func hasRightChecksum(inode number: InodeNumber, _ inode: [UInt8]) -> Bool {
    var inode = inode
    return unsafe inode.withUnsafeMutableBytes {
      unsafe ext2fs_inode_csum_verify(
        handle, number.rawValue,
        $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: ext2_inode_large.self)) != 0
    }
  }
}
