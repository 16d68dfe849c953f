import CExt2fs
import FolioCore
import TextOutput

/// What libext2fs' iterator is given to take with it.
@safe
private final class RecordTaker {
  let handle: ext2_filsys
  let take: (Record, RawSpan) -> Void
  private let typeMask: UInt8
  private var left: Int

  /// - Parameter typeMask: what of byte 7 of a record is a type.
  init(
    _ handle: ext2_filsys, limit: Int, typeMask: UInt8, _ take: @escaping (Record, RawSpan) -> Void
  ) {
    unsafe self.handle = unsafe handle
    self.take = take
    left = limit
    self.typeMask = typeMask
  }

  /// Returns what tells the iterator to go on, or to end.
  func take(_ entry: UnsafeMutablePointer<ext2_dir_entry>, offset: Int) -> Int32 {
    guard left > 0 else { return DIRENT_ABORT }
    left -= 1
    var length: UInt32 = 0
    guard unsafe ext2fs_get_rec_len(handle, entry, &length) == 0 else { return DIRENT_ABORT }
    let bytes = UnsafeRawPointer(entry)
    let record = Record(
      offset: offset, length: Int(length), inode: unsafe entry.pointee.inode,
      nameLength: unsafe Int(bytes.load(fromByteOffset: 6, as: UInt8.self)),
      fileTypeCode: unsafe bytes.load(fromByteOffset: 7, as: UInt8.self) & typeMask)
    let nameLength = record.isEntry ? record.nameLength : 0
    let name = unsafe UnsafeRawBufferPointer(start: bytes + Record.headerByteCount, count: nameLength)
    take(record, unsafe name.bytes)
    return 0
  }
}

extension Volume {
  /// Hands `body` each record of `directory` as libext2fs' own iterator finds it, free ones and checksums included,
  /// with the name where it is in use.
  ///
  /// Mirrors `ext2fs_dir_iterate2()`, and calls it. Only for directories whose block maps are known to be sound: it
  /// follows a hostile map wherever that leads.
  ///
  /// - Parameter limit: how many records there can be; more are not handed on.
  /// - Throws: in libext2fs' words, where it gives up.
  func iterateDirectory(
    _ directory: UInt32, limit: Int, _ body: (Record, RawSpan) -> Void
  ) throws(VolumeError) {
    let code = withoutActuallyEscaping(body) { body in
      let taker = unsafe RecordTaker(
        handle, limit: limit, typeMask: superblock.carriesData ? 0x0F : .max, body)
      return withExtendedLifetime(taker) {
        unsafe ext2fs_dir_iterate2(
          handle, directory, DIRENT_FLAG_INCLUDE_EMPTY | DIRENT_FLAG_INCLUDE_CSUM, nil,
          { _, _, entry, offset, _, _, context in
            let taker = unsafe Unmanaged<RecordTaker>.fromOpaque(context.unsafelyUnwrapped)
              .takeUnretainedValue()
            return unsafe taker.take(entry.unsafelyUnwrapped, offset: Int(offset))
          }, Unmanaged.passUnretained(taker).toOpaque())
      }
    }
    guard code == 0 else { throw VolumeError("iterating over directory \(directory)", code: code) }
  }
}
