import Basics
import FolioCore

/// How directories are read.
struct ReadingOptions {
  /// Where the frames of folios are.
  var memory = MemoryModel.direct
  var frameOrder = FrameOrder.inOrder
  /// Nil for the choice of the proposed `folio_map_local()`.
  var way: MappingWay?
  var keepsAccount = false
  /// What is done about the checksums of blocks.
  var checksums = Checksums.read

  enum Checksums {
    /// Each is computed, for which all of the block is read.
    case checked
    /// They are records like others.
    case read
    /// Left alone: the pages they stand in hold nothing else most of the time.
    case skipped
  }
  /// Whether entries behind a damaged record are looked for.
  var salvages = true
}

/// Reads directories: inode to blocks to folio to mapping to records, each entry to a visitor.
///
/// Mirrors `ext2_readdir()`. One folio serves for all blocks, one after the other, and is filled only as far
/// as records reach. Damage never ends a directory: what is wrong goes to the visitor, and the rest follows.
struct DirectoryReader: ~Copyable {
  private let volume: Volume
  private let options: ReadingOptions
  private var folios: FolioReader

  init(_ volume: Volume, options: ReadingOptions = ReadingOptions()) throws(VolumeError) {
    folios = try FolioReader(volume, options: options)
    self.volume = volume
    self.options = options
  }

  /// A line for each mapping made so far; empty where no account is kept.
  var account: [MappingLine] { folios.account ?? [] }

  /// Reads all of `directory`, or as much as `visitor` wants.
  mutating func read<Visitor: EntryVisitor & ~Copyable>(
    _ directory: Inode, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    var salvage = options.salvages ? Salvage(directory: directory) : nil
    let encryptedNames = directory.isEncrypted ? EncryptedNames(directory, on: volume) : nil
    if directory.hasInlineData {
      return try readInline(directory, encryptedNames, &salvage, inodes: &inodes, visitor: &visitor)
    }
    let byteCount = directory.attributes.byteCount
    if byteCount == 0 || byteCount % UInt64(volume.superblock.blockSize) != 0 {
      try visitor.report(DirectoryProblem(kind: .sizeNotInBlocks(byteCount)))
    }
    let blocks = BlockMap.read(directory, on: volume)
    try visitor.begin(blocks, of: directory)
    for damage in blocks.problems { try visitor.report(DirectoryProblem(kind: .blockMap(damage))) }
    for run in blocks.runs {
      switch run.contents {
      case .hole: try visitor.report(DirectoryProblem(kind: .hole(run.logical)))
      case .damaged(let damage): try visitor.report(DirectoryProblem(kind: .unmapped(run.logical, damage)))
      case .mapped(let physical):
        for logical in run.logical {
          let place = BlockPlace(logical: logical, physical: physical + (logical - run.logical.lowerBound))
          readAhead(place, in: run)
          guard
            try readBlock(
              place, of: directory, encryptedNames, &salvage, inodes: &inodes, visitor: &visitor)
          else { return }
        }
      }
    }
  }

  // MARK: Blocks

  /// Asks for the first page of a directory: most have no more.
  func readAhead(_ directory: Inode) {
    guard !directory.hasInlineData,
      let first = BlockMap.read(directory, on: volume).places.first(where: { _ in true }),
      let start = volume.position(ofBlock: first.physical)
    else { return }
    volume.image.willNeed(start..<start + UInt64(min(folios.blockSize, folios.pageSize.byteCount)))
  }

  /// So many bytes of a run are asked for ahead at a time.
  private static var aheadByteCount: Int { 4 << 20 }

  /// Asks for the blocks of a run that come next, from time to time. Blocks that stand alone are asked for by reading
  /// them: most hold few records, and only the first page of those is read.
  private func readAhead(_ place: BlockPlace, in run: BlockRun) {
    let step = UInt64(max(1, Self.aheadByteCount / folios.blockSize))
    guard run.logical.count > 1, (place.logical - run.logical.lowerBound) % step == 0,
      let start = volume.position(ofBlock: place.physical)
    else { return }
    let count = min(2 * step, run.logical.upperBound - place.logical)
    volume.image.willNeed(start..<start + count * UInt64(folios.blockSize))
  }

  /// Reads one block. Returns whether to go on.
  private mutating func readBlock<Visitor: EntryVisitor & ~Copyable>(
    _ place: BlockPlace, of directory: Inode, _ encryptedNames: EncryptedNames?, _ salvage: inout Salvage?,
    inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    var source = BlockSource(place.physical, on: volume)
    let (volume, blockSize) = (volume, folios.blockSize)
    let hasChecksums = volume.superblock.hasChecksums
    let checksChecksum = options.checksums == .checked && hasChecksums
    let format = volume.recordFormat(
      of: directory, regionSize: blockSize, skipsTail: options.checksums == .skipped && hasChecksums)
    // Hashes after names may be on the next page.
    let readsAll = checksChecksum || format.hashByteCount > 0
    var region = RecordRegion(
      EntryPlace(
        directory: directory.number, block: place, pageSize: folios.pageSize,
        namesTypes: volume.superblock.recordsNameTypes),
      format: format, encryptedNames: encryptedNames)
    var goesOn = true
    var isBegun = false
    do throws(FolioReadError<ReadError, Visitor.Failure>) {
      try folios.read(
        place.label(in: directory),
        from: &source, needing: 0..<(readsAll ? blockSize : Record.headerByteCount)
      ) { (bytes, start, tally) throws(Visitor.Failure) in
        if !isBegun { try visitor.begin(place, head: bytes) }
        isBegun = true
        if checksChecksum, !volume.hasRightChecksum(bytes, of: directory) {
          try visitor.report(DirectoryProblem(kind: .wrongChecksum, block: place))
        }
        switch try region.visitEntries(
          in: bytes, startingAt: start, tally: &tally, salvage: &salvage, volume: volume, inodes: &inodes,
          visitor: &visitor)
        {
        case .needsBytes(let range): return range
        case .done: return nil
        case .stopped:
          goesOn = false
          return nil
        }
      }
    } catch {
      let words: String
      switch error {
      case .source(let failure): words = failure.description
      case .refused(let refusal): words = refusal.description
      case .body(let failure): throw failure
      }
      try visitor.report(DirectoryProblem(kind: .unreadable(words), block: place))
      return goesOn
    }
    try visitor.end(place, recordCount: region.recordCount)
    return goesOn
  }

  // MARK: Directories in their inode

  /// Reads a directory kept in its inode: its parent's number, the rest of `i_block`, and the attribute's value.
  ///
  /// Mirrors `ext2fs_inline_data_dir_iterate()`: `.` and `..` have no records there. Offsets count from the
  /// start of the contents.
  private mutating func readInline<Visitor: EntryVisitor & ~Copyable>(
    _ directory: Inode, _ encryptedNames: EncryptedNames?, _ salvage: inout Salvage?,
    inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) {
    let data: InlineData
    do throws(VolumeError) {
      data = try inodes.inlineData(of: directory)
    } catch {
      return try visitor.report(DirectoryProblem(kind: .directory(error.description)))
    }
    let area = data.area.span.raw
    let parent = area.littleEndian(at: 0, as: UInt32.self)
    for (name, inode, recordLength) in [(".", directory.number, 0), ("..", parent, 4)] {
      let entry = Entry(
        inode: inode, type: .directory, recordLength: recordLength, directory: directory.number)
      guard
        try visitor.visit(
          entry.record, name: Array(name.utf8).raw, at: entry.place, inodes: &inodes)
      else { return }
    }
    let rest = area.extracting(4..<area.byteCount)
    if try readRegion(rest, startingAt: 4, of: directory, encryptedNames, &salvage, &inodes, &visitor) {
      _ = try readRegion(
        data.attribute.raw, startingAt: area.byteCount, of: directory, encryptedNames, &salvage, &inodes,
        &visitor)
    }
  }

  private mutating func readRegion<Visitor: EntryVisitor & ~Copyable>(
    _ bytes: RawSpan, startingAt start: Int, of directory: Inode, _ encryptedNames: EncryptedNames?,
    _ salvage: inout Salvage?, _ inodes: inout InodeTable, _ visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    var region = RecordRegion(
      EntryPlace(
        directory: directory.number, start: start, namesTypes: volume.superblock.recordsNameTypes),
      format: volume.recordFormat(of: directory, regionSize: bytes.byteCount),
      encryptedNames: encryptedNames)
    var tally = RecordTally()
    let outcome = try region.visitEntries(
      in: bytes, tally: &tally, salvage: &salvage, volume: volume, inodes: &inodes, visitor: &visitor)
    return outcome == .done
  }
}
