import Basics
import CExt2fs
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// libext2fs over a source of ours: it reads what is there, gets the system's numbers where that fails, and can't write.
@Suite struct IOManagerTests {
  /// A source in which a byte can't be read.
  private struct FailingSource: ByteSource {
    let whole: MemorySource
    let badByte: BytePosition
    var byteCount: UInt64 { whole.byteCount }
    var file: FileSource? { nil }

    func isInMemory(at position: BytePosition) -> Bool { true }

    func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
      if position <= badByte, badByte - position < UInt64(destination.byteCount) {
        throw .system(.ioError, position: badByte)
      }
      try whole.read(into: &destination, at: position)
    }
  }

  @Test func whoeverWritesThroughTheHandleIsRefused() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["a"])
    let before = try readFile(image.path)
    let (opened, code) = unsafe IOManager.open(try FileSource(path: image.path), flags: EXT2_FLAG_64BITS)
    try #require(code == 0)
    let handle = unsafe try #require(opened)
    let channel = unsafe handle.pointee.io
    let refused = errcode_t(EXT2_ET_RO_FILSYS)
    var block = [UInt8](repeating: 0x5A, count: 1024)
    #expect(unsafe io_channel_write_blk64(channel, 5, 1, block) == refused)
    #expect(unsafe io_channel_write_byte(channel, 5, 10, block) == refused)
    #expect(unsafe io_channel_discard(channel, 5, 1) == refused)
    #expect(unsafe io_channel_zeroout(channel, 5, 1) == refused)
    #expect(unsafe channel?.pointee.manager.pointee.write_blk(channel, 5, 1, block) == refused)
    // libext2fs refuses by itself what it knows to be open for reading; where it is told otherwise, the manager does.
    var inode = ext2_inode()
    #expect(unsafe ext2fs_read_inode(handle, 2, &inode) == 0)
    inode.i_links_count += 1
    for flags in [0, EXT2_FLAG_RW] {
      unsafe handle.pointee.flags |= flags
      #expect(unsafe ext2fs_write_inode(handle, 2, &inode) == refused)
      #expect(unsafe ext2fs_write_dir_block4(handle, 20, &block, 0, 2) == refused)
    }
    unsafe ext2fs_mark_super_dirty(handle)
    #expect(unsafe ext2fs_flush(handle) == refused)
    unsafe handle.pointee.flags &= ~(EXT2_FLAG_DIRTY | EXT2_FLAG_CHANGED | EXT2_FLAG_RW)
    var open: ext2_filsys? = unsafe handle
    #expect(unsafe ext2fs_close_free(&open) == 0)
    #expect(try readFile(image.path) == before)
    // For writing it isn't opened at all.
    let (none, refusal) = unsafe IOManager.open(
      try FileSource(path: image.path), flags: EXT2_FLAG_64BITS | EXT2_FLAG_RW)
    #expect(unsafe none == nil && refusal == refused)
  }

  /// What `unix_io_manager` gives for a file, ours gives for its bytes: for whole blocks and parts, in the middle, at the
  /// end and after it.
  @Test(arguments: [1024, 4096, 65536]) func readsAreThoseOfLibext2fsOwnManager(blockSize: Int32) async throws
  {
    let image = try await ScratchImage(blockSize: 1024, tree: ["a"])
    let byteCount = 256 * 1024 + 700
    try image.patch(at: byteCount - 1, [1])
    let flags = EXT2_FLAG_64BITS
    var theirHandle: ext2_filsys?
    try #require(
      unsafe ext2fs_open2(image.path.string, "", flags, 0, 0, cext2fs_unix_io_manager(), &theirHandle) == 0)
    var (ourHandle, _) = unsafe IOManager.open(try FileSource(path: image.path), flags: flags)
    let theirs = unsafe try #require(theirHandle).pointee.io
    let ours = unsafe try #require(ourHandle).pointee.io
    _ = unsafe theirs?.pointee.manager.pointee.set_blksize(theirs, blockSize)
    _ = unsafe ours?.pointee.manager.pointee.set_blksize(ours, blockSize)
    defer {
      _ = unsafe ext2fs_close_free(&theirHandle)
      _ = unsafe ext2fs_close_free(&ourHandle)
    }
    let end = UInt64(byteCount / Int(blockSize))
    var (whole, short) = (0, 0)
    for block in [0, 1, end - 1, end, end + 1, 1 << 25] as [UInt64] {
      for count: Int32 in [1, 2, -1, -700, -1024, -90000] {
        let size = 2 * 65536 + 90000
        var (one, other) = ([UInt8](repeating: 0xEE, count: size), [UInt8](repeating: 0xEE, count: size))
        let theirCode = unsafe io_channel_read_blk64(theirs, block, count, &one)
        let ourCode = unsafe io_channel_read_blk64(ours, block, count, &other)
        #expect(ourCode == theirCode, "block \(block), count \(count)")
        let isSame = other == one
        #expect(isSame, "block \(block), count \(count)")
        if ourCode == 0 { whole += 1 } else { short += 1 }
      }
    }
    // Where a position overflows theirs reads another block; ours refuses.
    for block in [1 << 62, .max] as [UInt64] {
      var bytes = [UInt8](repeating: 0xEE, count: Int(blockSize))
      let code = unsafe io_channel_read_blk64(ours, block, 1, &bytes)
      #expect(code == errcode_t(Errno.invalidArgument.rawValue))
      let isZero = bytes.allSatisfy { $0 == 0 }
      #expect(isZero, "block \(block)")
    }
    #expect(whole > 8 && short > 8)
  }

  @Test func aReadThatFailsHasTheSystemsNumber() async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a"])
    let position = try await image.position(ofInode: 2)
    let source = FailingSource(
      whole: MemorySource(try readFile(image.path)), badByte: BytePosition(position / 4096 * 4096 + 100))
    let (opened, code) = unsafe IOManager.open(source, flags: EXT2_FLAG_64BITS)
    try #require(code == 0)
    var handle = unsafe opened
    defer { _ = unsafe ext2fs_close_free(&handle) }
    var inode = ext2_inode()
    #expect(unsafe ext2fs_read_inode(handle, 2, &inode) == errcode_t(Errno.ioError.rawValue))
  }
}
