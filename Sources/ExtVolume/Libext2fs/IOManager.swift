import Basics
import CExt2fs
import FolioCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How libext2fs reads: a `struct_io_manager` over a ``ByteSource``, whose writes refuse.
///
/// Mirrors `unix_io_manager` as far as reading goes: the same numbers come back for reads that fail or are short, and what
/// could not be read is zeroes. Nothing is kept: the system's page cache does that. A channel is for one thread at a time, as
/// libext2fs' handle is; its source may be anybody's.
enum IOManager {
  /// Opens a file system of libext2fs over `source`; nil and libext2fs' number where it refuses.
  ///
  /// Mirrors `ext2fs_open2()`, and calls it.
  static func open(
    _ source: any ByteSource, superblock: BlockNumber = 0, blockSize: BlockSize? = nil, flags: Int32
  ) -> (ext2_filsys?, errcode_t) {
    // libext2fs hands a name to the manager, and nothing else: the name stands for the source as long as this call takes.
    let name = waiting.withLock { $0.add(source) }
    defer { waiting.withLock { $0.remove(name) } }
    var handle: ext2_filsys?
    let code = unsafe ext2fs_open2(
      name, nil, flags, Int32(truncatingIfNeeded: superblock.rawValue), UInt32(blockSize?.byteCount ?? 0),
      manager, &handle)
    return unsafe (code == 0 ? handle : nil, code)
  }

  // MARK: Names

  /// Sources that are on their way through `ext2fs_open2()`.
  private struct Waiting {
    private var sources: [String: any ByteSource] = [:]
    private var count: UInt64 = 0

    mutating func add(_ source: any ByteSource) -> String {
      count += 1
      let name = "source-\(count)"
      sources[name] = source
      return name
    }

    mutating func remove(_ name: String) {
      sources[name] = nil
    }

    subscript(name: String) -> (any ByteSource)? { sources[name] }
  }

  private static let waiting = Mutex(Waiting())

  /// What a channel keeps the source in.
  private final class Box {
    let source: any ByteSource

    init(_ source: any ByteSource) {
      self.source = source
    }
  }

  // MARK: The manager

  /// Made once, and never changed or freed: channels point to it. In memory of its own, since libext2fs reads it while Swift
  /// may be in a call of libext2fs.
  private nonisolated(unsafe) static let manager: io_manager = {
    let manager = UnsafeMutablePointer<struct_io_manager>.allocate(capacity: 1)
    unsafe manager.initialize(to: struct_io_manager())
    unsafe manager.pointee.magic = errcode_t(EXT2_ET_MAGIC_IO_MANAGER)
    unsafe manager.pointee.name = UnsafePointer(strdup("ext2walk's"))
    unsafe manager.pointee.open = { unsafe IOManager.open(name: $0, flags: $1, channel: $2) }
    unsafe manager.pointee.close = { unsafe IOManager.close($0) }
    unsafe manager.pointee.set_blksize = { (channel, blockSize) in
      unsafe channel?.pointee.block_size = blockSize
      return 0
    }
    unsafe manager.pointee.read_blk = { unsafe IOManager.read($0, block: UInt64($1), count: $2, into: $3) }
    unsafe manager.pointee.read_blk64 = { unsafe IOManager.read($0, block: $1, count: $2, into: $3) }
    unsafe manager.pointee.cache_readahead = { unsafe IOManager.readAhead($0, block: $1, count: $2) }
    unsafe manager.pointee.write_blk = { _, _, _, _ in IOManager.refusal }
    unsafe manager.pointee.write_blk64 = { _, _, _, _ in IOManager.refusal }
    unsafe manager.pointee.write_byte = { _, _, _, _ in IOManager.refusal }
    unsafe manager.pointee.discard = { _, _, _ in IOManager.refusal }
    unsafe manager.pointee.zeroout = { _, _, _ in IOManager.refusal }
    // There is never anything to write.
    unsafe manager.pointee.flush = { _ in 0 }
    unsafe manager.pointee.set_option = { _, _, _ in errcode_t(EXT2_ET_INVALID_ARGUMENT) }
    return unsafe manager
  }()

  /// What libext2fs gets that would write.
  private static var refusal: errcode_t { errcode_t(EXT2_ET_RO_FILSYS) }

  private static func open(
    name: UnsafePointer<CChar>?, flags: Int32, channel result: UnsafeMutablePointer<io_channel?>?
  ) -> errcode_t {
    guard let name = unsafe name, let result = unsafe result,
      let source = waiting.withLock({ unsafe $0[String(cString: name)] })
    else { return errcode_t(EXT2_ET_BAD_DEVICE_NAME) }
    guard flags & IO_FLAG_RW == 0 else { return refusal }
    guard let channel = unsafe calloc(1, MemoryLayout<struct_io_channel>.size) else {
      return errcode_t(EXT2_ET_NO_MEMORY)
    }
    guard let copiedName = unsafe strdup(name) else {
      unsafe free(channel)
      return errcode_t(EXT2_ET_NO_MEMORY)
    }
    let typed = unsafe channel.bindMemory(to: struct_io_channel.self, capacity: 1)
    unsafe typed.pointee.magic = errcode_t(EXT2_ET_MAGIC_IO_CHANNEL)
    unsafe typed.pointee.manager = unsafe manager
    unsafe typed.pointee.name = copiedName
    unsafe typed.pointee.block_size = 1024
    unsafe typed.pointee.refcount = 1
    unsafe typed.pointee.private_data = Unmanaged.passRetained(Box(source)).toOpaque()
    unsafe result.pointee = unsafe typed
    return 0
  }

  private static func close(_ channel: io_channel?) -> errcode_t {
    guard let channel = unsafe channel else { return errcode_t(EXT2_ET_MAGIC_IO_CHANNEL) }
    unsafe channel.pointee.refcount -= 1
    guard unsafe channel.pointee.refcount <= 0 else { return 0 }
    if let box = unsafe channel.pointee.private_data { unsafe Unmanaged<Box>.fromOpaque(box).release() }
    unsafe free(channel.pointee.name)
    unsafe free(channel)
    return 0
  }

  /// Reads blocks, or bytes where `count` is negative.
  private static func read(
    _ channel: io_channel?, block: UInt64, count: Int32, into data: UnsafeMutableRawPointer?
  ) -> errcode_t {
    guard let channel = unsafe channel, let box = unsafe channel.pointee.private_data
    else { return errcode_t(EXT2_ET_MAGIC_IO_CHANNEL) }
    let source = unsafe Unmanaged<Box>.fromOpaque(box).takeUnretainedValue().source
    let blockSize = unsafe Int(channel.pointee.block_size)
    let byteCount = count < 0 ? Int(count.magnitude) : Int(count) * blockSize
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: data, count: byteCount)
    var (code, done): (errcode_t, Int) = (0, 0)
    let (byte, overflow) = block.multipliedReportingOverflow(by: UInt64(blockSize))
    if overflow || byte > UInt64(Int64.max) - UInt64(byteCount) {
      code = errcode_t(Errno.invalidArgument.rawValue)
    } else {
      unsafe (code, done) = read(source, at: BytePosition(byte), into: buffer)
    }
    guard code != 0 else { return 0 }
    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).initializeMemory(
      as: UInt8.self, repeating: 0)
    guard let report = unsafe channel.pointee.read_error else { return code }
    return unsafe report(
      channel, UInt(truncatingIfNeeded: block), count, data, byteCount, Int32(clamping: done), code)
  }

  /// Reads as much as there is. Returns 0 where that is all, and how much it is.
  private static func read(
    _ source: any ByteSource, at position: BytePosition, into buffer: UnsafeMutableRawBufferPointer
  ) -> (errcode_t, Int) {
    let left = source.end > position ? source.end - position : 0
    let count = Int(min(UInt64(buffer.count), left))
    do throws(ReadError) {
      var bytes = unsafe MutableRawSpan(_unsafeBytes: buffer[..<count])
      try source.read(into: &bytes, at: position)
    } catch {
      switch error {
      case .system(let errno, _): return (errcode_t(errno.rawValue), 0)
      case .pastEnd(let end, _):
        return (errcode_t(EXT2_ET_SHORT_READ), min(count, Int(max(end, position) - position)))
      }
    }
    return (count == buffer.count ? 0 : errcode_t(EXT2_ET_SHORT_READ), count)
  }

  private static func readAhead(_ channel: io_channel?, block: UInt64, count: UInt64) -> errcode_t {
    guard let channel = unsafe channel, let box = unsafe channel.pointee.private_data
    else { return errcode_t(EXT2_ET_MAGIC_IO_CHANNEL) }
    let source = unsafe Unmanaged<Box>.fromOpaque(box).takeUnretainedValue().source
    let blockSize = unsafe UInt64(channel.pointee.block_size)
    let (byte, startOverflow) = block.multipliedReportingOverflow(by: blockSize)
    let (byteCount, countOverflow) = count.multipliedReportingOverflow(by: blockSize)
    // It is advice: what lies outside is not there to be read.
    guard !startOverflow, !countOverflow, byte < source.byteCount else { return 0 }
    let start = BytePosition(byte)
    source.willNeed(start..<start + min(byteCount, source.end - start))
    return 0
  }
}
