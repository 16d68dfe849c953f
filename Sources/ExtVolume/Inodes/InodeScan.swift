import Basics
package import FolioCore

/// What an inode table says of an inode, as far as a census takes it.
package struct ScannedInode {
  package let number: InodeNumber
  package let mode: UInt16
  /// Never 0.
  package let links: UInt16
  /// `i_flags`.
  package let flags: UInt32
  package let isInBitmap: Bool
  /// True where there are no checksums.
  package let hasRightChecksum: Bool

  /// Whether its contents are the value of another file's attribute (`ea_inode`).
  package var holdsAttribute: Bool { flags & InodeFlag.holdsAttribute != 0 }
}

/// Inodes that a scan could not read, and why.
package struct UnreadInodes: Equatable {
  package enum Reason: Equatable {
    /// Their table can't be found.
    case table(VolumeError)
    /// Their bytes can't be read.
    case bytes(ReadError)
  }

  package let inodes: ClosedRange<InodeNumber>
  package let reason: Reason
}

/// Reads all inode tables, once, in large pieces.
///
/// Mirrors `ext2fs_get_next_inode_full()`. An inode is in use if it has links, whatever the bitmap says. What was
/// never written, in a sparse image, is not read.
package struct InodeScan: ~Copyable {
  private static var pieceSize: Int { 1 << 18 }
  /// What is read at once where a larger piece can't be: the pages by which the kernel reads devices.
  private static var leastPieceSize: Int { 1 << 12 }
  private let volume: Volume
  private var buffer: [UInt8]
  /// The groups whose tables lie where that of another group is.
  private let groupsWithSharedTables: Set<UInt32>
  private let checks: Bool

  /// - Parameter checks: whether bitmaps and checksums are looked at, and a large piece that can't be read is tried again in small
  ///   ones; else all inodes count as right.
  package init(_ volume: Volume, checks: Bool = true) {
    self.volume = volume
    self.checks = checks
    buffer = Array(repeating: 0, count: Self.pieceSize)
    groupsWithSharedTables = Self.groupsWithSharedTables(volume)
  }

  /// The groups whose inode tables begin where that of another group is.
  package static func groupsWithSharedTables(_ volume: Volume) -> Set<UInt32> {
    let byteCount = UInt64(volume.superblock.inodesPerGroup) * UInt64(volume.superblock.inodeSize)
    let tables = (0..<volume.groupCount).compactMap { group in
      // The scan of the group reports that it has none.
      (try? volume.positionOfInodeTable(group: group)).map { (position: $0, group: group) }
    }.sorted { ($0.position, $0.group) < ($1.position, $1.group) }
    var shared: Set<UInt32> = []
    var end: BytePosition = 0
    for table in tables {
      if table.position < end { shared.insert(table.group) }
      end = max(end, table.position + byteCount)
    }
    return shared
  }

  /// Hands the inodes in use of a group to `visit`, with their bytes, and what could not be read to `miss`, each in order.
  ///
  /// - Returns: why the group's bitmap can't be read, where it can't; its inodes then count as being in it.
  package mutating func scan(
    group index: UInt32, _ visit: (ScannedInode, RawSpan) -> Void, miss: (UnreadInodes) -> Void
  ) -> VolumeError? {
    let superblock = volume.superblock
    let first = superblock.firstInode(ofGroup: index)
    do throws(VolumeError) {
      let group = try volume.inodeGroup(index)
      guard group.usedInodeCount > 0 else { return nil }
      let table = try volume.positionOfInodeTable(group: index)
      guard !groupsWithSharedTables.contains(index) else {
        throw .corrupt(.sharedInodeTable(group: index))
      }
      let (bitmap, failure) = bitmap(of: group, number: index)
      scan(group, table: table, bitmap: bitmap, visit, miss: miss)
      return failure
    } catch {
      miss(
        UnreadInodes(inodes: first...first + (superblock.inodesPerGroup - 1), reason: .table(error)))
      return nil
    }
  }

  private func bitmap(of group: InodeGroup, number: UInt32) -> (bytes: [UInt8]?, failure: VolumeError?) {
    guard checks, let position = group.bitmapPosition else { return (nil, nil) }
    let room = 8 * volume.superblock.blockSize.byteCount
    let inodeCount = volume.superblock.inodesPerGroup
    guard Int(inodeCount) <= room else {
      return (nil, .corrupt(.inodeBitmapRoom(group: number, room: room, inodeCount: inodeCount)))
    }
    do throws(VolumeError) {
      let byteCount = min(volume.superblock.blockSize.byteCount, (Int(inodeCount) + 7) / 8)
      return (try volume.readBytes(byteCount, at: position, of: .inodeBitmap(group: number)), nil)
    } catch {
      return (nil, error)
    }
  }

  private mutating func scan(
    _ group: InodeGroup, table: BytePosition, bitmap: [UInt8]?, _ visit: (ScannedInode, RawSpan) -> Void,
    miss: (UnreadInodes) -> Void
  ) {
    let inodeSize = volume.superblock.inodeSize
    var index: UInt32 = 0
    // Where a large piece can't be read, its small ones are, once each.
    var smallUntil: UInt32 = 0
    // What couldn't be read up to here, for one reason.
    var missed: (inodes: ClosedRange<InodeNumber>, failure: ReadError)?
    func tell() {
      guard let (inodes, failure) = missed.take() else { return }
      miss(UnreadInodes(inodes: inodes, reason: .bytes(failure)))
    }
    defer { tell() }
    while index < group.usedInodeCount {
      let position = table + UInt64(index) * UInt64(inodeSize)
      // A hole holds inodes that were never used.
      if position < volume.image.end {
        guard let data = volume.image.nextData(from: position) else { return }
        let skipped = (data - position) / UInt64(inodeSize)
        if skipped > 0 {
          index = UInt32(min(UInt64(group.usedInodeCount), UInt64(index) + skipped))
          continue
        }
      }
      let left = Int(group.usedInodeCount - index)
      // Small pieces end where pages do: what can't be read takes no neighbours along.
      let isSmall = index < smallUntil
      let least = UInt64(Self.leastPieceSize)
      let room =
        isSmall ? Int(least - volume.image.positionOnDevice(of: position).rawValue % least) : Self.pieceSize
      let count = UInt32(min(left, max(1, room / inodeSize)))
      let byteCount = Int(count) * inodeSize
      do throws(ReadError) {
        let volume = volume
        try buffer.withMutableRaw(0..<byteCount) { (span) throws(ReadError) in
          try volume.image.read(into: &span, at: position)
        }
        for offset in 0..<count {
          let start = Int(offset) * inodeSize
          let number = group.firstInode + index + offset
          let bytes = buffer.raw.extracting(start..<start + inodeSize)
          guard bytes.littleEndian(at: 26, as: UInt16.self) > 0 else { continue }
          let bit = Int(index + offset)
          // libext2fs lets groups have more inodes than a bitmap of one block has bits.
          let isInBitmap = bitmap.map { bit / 8 < $0.count && $0[bit / 8] >> (bit % 8) & 1 == 1 }
          visit(inode(number, bytes, isInBitmap: isInBitmap ?? true), bytes)
        }
        tell()
      } catch {
        guard isSmall || !checks else {
          smallUntil = index + count
          continue
        }
        let number = group.firstInode + index
        // After the end of the image nothing more follows.
        var last = number + (count - 1)
        if case .pastEnd = error { last = group.firstInode + (group.usedInodeCount - 1) }
        if let before = missed, before.inodes.upperBound + 1 == number, error.isLike(before.failure) {
          missed = (before.inodes.lowerBound...last, before.failure)
        } else {
          tell()
          missed = (number...last, error)
        }
        if case .pastEnd = error { return }
      }
      index += count
    }
  }

  private func inode(_ number: InodeNumber, _ bytes: RawSpan, isInBitmap: Bool) -> ScannedInode {
    ScannedInode(
      number: number, mode: bytes.littleEndian(at: 0), links: bytes.littleEndian(at: 26),
      flags: bytes.littleEndian(at: 32), isInBitmap: isInBitmap,
      hasRightChecksum: !checks || volume.hasRightChecksum(inode: number, bytes))
  }
}
