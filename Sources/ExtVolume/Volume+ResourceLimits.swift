import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Volume {
  /// So many groups take no memory worth asking for: they are those of 8 TiB in blocks of 4 KiB.
  private static var mostUnquestionedGroups: UInt64 { 1 << 16 }
  /// What a group takes beside its descriptor, in bytes: where its tables are, and which of them meet others. Measured, 270.
  private static var byteCountPerGroup: UInt64 { 512 }

  /// Refuses a file system that claims more groups than were ever written, or than this process may have memory for
  /// (`ulimit -v`; where memory is promised to everybody, nearly as much as the machine has).
  ///
  /// `ext2fs_open2()` reads all descriptors into memory, be they holes of a sparse image; and Swift's arrays trap where
  /// there is no memory for them.
  static func checkResources(
    of facts: Superblock, _ image: any ByteSource
  ) throws(VolumeError) {
    guard let groupCount = facts.groupCount, groupCount > mostUnquestionedGroups else { return }
    let descriptorSize = UInt64(max(facts.descriptorSize, 32))
    let (descriptorBytes, overflow) = groupCount.multipliedReportingOverflow(by: descriptorSize)
    guard !overflow, image.hasData(descriptorBytes) else {
      throw .corrupt(.groupCount(groupCount))
    }
    let (rest, isTooMuch) = groupCount.multipliedReportingOverflow(by: byteCountPerGroup)
    let (sum, isTooMuchInAll) = rest.addingReportingOverflow(descriptorBytes)
    guard !isTooMuch, !isTooMuchInAll, let byteCount = Int(exactly: sum) else {
      throw .limit(.memory, doing: .openFileSystem(superblock: nil))
    }
    // Compilers leave out a malloc() that is freed at once.
    let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard unsafe memory != MAP_FAILED else { throw .limit(.memory, doing: .openFileSystem(superblock: nil)) }
    _ = unsafe munmap(memory, byteCount)
  }
}
