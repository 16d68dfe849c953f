import FolioCore
import SystemPackage

/// Reads directories: inode to blocks to folio to mapping to records, each entry to a visitor.
///
/// Mirrors `ext2_readdir()`. One folio serves for all blocks, one after the other, and is filled only as far
/// as records reach. Damage never ends a directory: what is wrong goes to the visitor, and the rest follows.
struct DirectoryReader: ~Copyable {
  private let volume: Volume
  private var folio: Folio
  /// Whether each block's checksum is computed, for which all of the block is read.
  private let checksChecksums: Bool
  /// Whether entries behind a damaged record are looked for.
  private let salvages: Bool

  init(_ volume: Volume, checksChecksums: Bool = false, salvages: Bool = true) throws(VolumeError) {
    self.volume = volume
    self.salvages = salvages
    self.checksChecksums = checksChecksums && volume.superblock.hasChecksums
    let blockSize = volume.superblock.blockSize
    do throws(Errno) {
      let arena = try PageArena(frameCount: PageSize.host.pageCount(for: blockSize))
      folio = try Folio(byteCount: blockSize, in: arena)
    } catch {
      throw VolumeError("making the page arena", reason: error.description)
    }
  }

  /// Reads all of `directory`, or as much as `visitor` wants.
  mutating func read<Visitor: EntryVisitor & ~Copyable>(
    _ directory: Inode, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    if directory.hasInlineData {
      return try readInline(directory, inodes: &inodes, visitor: &visitor)
    }
    let byteCount = directory.attributes.byteCount
    if byteCount % UInt64(volume.superblock.blockSize) != 0 {
      try visitor.report(DirectoryProblem(kind: .sizeNotInBlocks(byteCount)))
    }
    for run in BlockMap.runs(of: directory, on: volume) {
      switch run.contents {
      case .hole: try visitor.report(DirectoryProblem(kind: .hole(run.logical)))
      case .unreadable(let reason): try visitor.report(DirectoryProblem(kind: .unmapped(run.logical, reason)))
      case .mapped(let physical):
        for logical in run.logical {
          let place = BlockPlace(logical: logical, physical: physical + (logical - run.logical.lowerBound))
          guard try readBlock(place, of: directory, inodes: &inodes, visitor: &visitor) else { return }
        }
      }
    }
  }

  // MARK: Blocks

  /// Reads one block. Returns whether to go on.
  private mutating func readBlock<Visitor: EntryVisitor & ~Copyable>(
    _ place: BlockPlace, of directory: Inode, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    guard let position = volume.position(ofBlock: place.physical) else {
      preconditionFailure("the block map let block \(place.physical) through")
    }
    var source = BlockSource(volume: volume, position: position)
    folio.clear()
    let mapping = FolioMapping(direct: folio)
    var region = RecordRegion(
      directory: directory, block: place, pageSize: folio.arena.pageSize,
      format: volume.recordFormat(of: directory, regionSize: folio.byteCount),
      namesTypes: volume.superblock.recordsNameTypes, salvages: salvages)
    var needed = checksChecksums ? folio.byteCount : Record.headerByteCount
    while true {
      do throws(ImageReadError) {
        try folio.fill(through: needed, from: &source)
      } catch {
        try visitor.report(DirectoryProblem(kind: .unreadable(error.description), block: place))
        return true
      }
      let bytes = mapping.bytes.extracting(first: folio.filledByteCount)
      if checksChecksums, region.isUntouched, !volume.hasRightChecksum(bytes, directory: directory.number) {
        try visitor.report(DirectoryProblem(kind: .wrongChecksum, block: place))
      }
      switch try region.visitEntries(in: bytes, volume: volume, inodes: &inodes, visitor: &visitor) {
      case .needsBytes(let count): needed = count
      case .done: return true
      case .stopped: return false
      }
    }
  }

  // MARK: Directories in their inode

  /// Reads a directory kept in its inode: its parent's number, the rest of `i_block`, and the attribute's value.
  ///
  /// Mirrors `ext2fs_inline_data_dir_iterate()`: `.` and `..` have no records there. Offsets count from the
  /// start of the contents.
  private mutating func readInline<Visitor: EntryVisitor & ~Copyable>(
    _ directory: Inode, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    let data: InlineData
    do throws(VolumeError) {
      data = try inodes.inlineData(of: directory)
    } catch {
      return try visitor.report(DirectoryProblem(kind: .directory(error.description)))
    }
    let area = data.area.span.raw
    let parent = area.littleEndian(at: 0, as: UInt32.self)
    let dots: [(name: [UInt8], record: Record)] = [
      (
        Array(".".utf8), Record(offset: 0, length: 0, inode: directory.number, nameLength: 1, fileTypeCode: 2)
      ),
      (Array("..".utf8), Record(offset: 0, length: 4, inode: parent, nameLength: 2, fileTypeCode: 2)),
    ]
    for (name, record) in dots {
      let entry = Entry(
        record, type: .directory, directory: directory.number, block: nil, crossesPage: false,
        isSalvaged: false)
      guard try visitor.visit(entry, name: name.raw, inodes: &inodes) else { return }
    }
    guard try readRegion(area.extracting(4..<area.byteCount), startingAt: 4, of: directory, &inodes, &visitor)
    else {
      return
    }
    _ = try readRegion(data.attribute.raw, startingAt: area.byteCount, of: directory, &inodes, &visitor)
  }

  private mutating func readRegion<Visitor: EntryVisitor & ~Copyable>(
    _ bytes: RawSpan, startingAt start: Int, of directory: Inode, _ inodes: inout InodeTable,
    _ visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    var region = RecordRegion(
      directory: directory, block: nil, regionStart: start, pageSize: nil,
      format: volume.recordFormat(of: directory, regionSize: bytes.byteCount),
      namesTypes: volume.superblock.recordsNameTypes, salvages: salvages)
    let outcome = try region.visitEntries(in: bytes, volume: volume, inodes: &inodes, visitor: &visitor)
    return outcome == .done
  }
}
