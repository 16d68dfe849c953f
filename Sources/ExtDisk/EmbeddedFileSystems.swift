import Basics
package import ExtVolume

/// A file system that begins further in, where nothing says so: after a vendor's header, or among dynamic partitions.
package struct EmbeddedFileSystem {
  /// In bytes from the start of the file.
  package let position: BytePosition
  package let facts: Superblock
}

extension ByteSource {
  /// How far in each sector is looked at, and how many mebibytes after that are, in bytes.
  static var mostHeaderBytes: UInt64 { 1 << 22 }
  private static var mostMebibytes: UInt64 { 256 }
  private static var mostMebibytesOfDynamicPartitions: UInt64 { 1 << 14 }
  private static var mostEmbedded: Int { 16 }

  /// File systems that begin at a sector of the first 4 MiB, or at a mebibyte of the first 256; of the first 16 GiB where partitions
  /// are dynamic.
  ///
  /// A first superblock counts in which nothing is wrong, and whose file system fits. What lies in one that was found is its own.
  ///
  /// - Parameter failure: keeps the first refusal of the system.
  package func embeddedFileSystems(
    hasDynamicPartitions: Bool, _ failure: inout DeviceReadError?
  ) -> [EmbeddedFileSystem] {
    var found: [EmbeddedFileSystem] = []
    var next: BytePosition = 512
    func look(at position: BytePosition, _ failure: inout DeviceReadError?) {
      guard position >= next, found.count < Self.mostEmbedded,
        let facts = superblock(at: Superblock.position.inWhole(from: position), &failure),
        facts.groupNumber == 0, facts.impossibleValues.isEmpty, facts.blockCount > 0,
        facts.checksum != .wrong,
        facts.byteCount <= end - position
      else { return }
      found.append(EmbeddedFileSystem(position: position, facts: facts))
      next = position + facts.byteCount
    }
    var unread: DeviceReadError?
    forEachSuperblockMagic(in: 0..<min(BytePosition(Self.mostHeaderBytes), end), step: 512, &failure) {
      superblock in
      if superblock > Superblock.position {
        look(at: BytePosition(superblock - Superblock.position), &unread)
      }
      return true
    }
    failure = failure ?? unread
    var mebibyte: UInt64 = Self.mostHeaderBytes >> 20
    let most = hasDynamicPartitions ? Self.mostMebibytesOfDynamicPartitions : Self.mostMebibytes
    while mebibyte < min(most, byteCount >> 20) {
      look(at: BytePosition(mebibyte << 20), &failure)
      mebibyte += 1
    }
    return found
  }
}
