import Basics
package import FolioCore

/// How directories are read.
package struct ReadingOptions {
  /// Where the frames of folios are.
  package var memory = MemoryModel.direct
  package var frameOrder = FrameOrder.inOrder
  /// Nil for the choice of the proposed `folio_map_local()`.
  package var way: MappingWay?
  package var keepsAccount = false
  /// What is done about the checksums of blocks.
  package var checksums = Checksums.read

  package enum Checksums {
    /// Each is computed, for which all of the block is read.
    case checked
    /// They are records like others.
    case read
    /// Left alone: the pages they stand in hold nothing else most of the time.
    case skipped
  }
  /// Whether entries after a damaged record are looked for.
  var salvages = true

  package init(
    memory: MemoryModel = MemoryModel.direct, frameOrder: FrameOrder = FrameOrder.inOrder,
    way: MappingWay? = nil, keepsAccount: Bool = false, checksums: Checksums = Checksums.read,
    salvages: Bool = true
  ) {
    self.memory = memory
    self.frameOrder = frameOrder
    self.way = way
    self.keepsAccount = keepsAccount
    self.checksums = checksums
    self.salvages = salvages
  }
}

/// Reads directories: inode to blocks to folio to mapping to records, handed out step by step.
///
/// Mirrors `ext2_readdir()`. One folio serves for all blocks, one after the other, and is filled only as far as records reach.
/// Damage never ends a directory: it is a step, and the rest follows.
///
///     reader.begin(directory)
///     while let step = reader.next(inodes: &inodes) {
///       switch consume step {
///       case .entries(var entries): while let record = entries.next() { … entries.name(of: record) … }
///       …
package struct DirectoryReader: ~Copyable {
  private let volume: Volume
  private let options: ReadingOptions
  private var folios: FolioReader
  private let position: ReadingPosition
  private var phase: Phase
  // Written out: a `T?` is set to nil at once, which a throwing initialiser must not do in Swift 6.2.3.
  private var current: Optional<CurrentDirectory>
  private var region: RecordRegion
  /// The directories begun, each with how many lines the account had before; nil where none is kept.
  private var stretches: Optional<[(lineCount: Int, path: [UInt8])]>
  /// The name of an entry that is handed out by itself, where it isn't among the bytes being read.
  private var singleName: [UInt8]
  private var emptyBlocks: EmptyBlocks

  package init(_ volume: Volume, options: ReadingOptions = ReadingOptions()) throws(VolumeError) {
    folios = try FolioReader(volume, options: options)
    self.volume = volume
    self.options = options
    position = ReadingPosition()
    phase = .done
    current = nil
    region = RecordRegion(EntryPlace(), format: RecordFormat(blockSize: 0, inodeCount: 0))
    stretches = options.keepsAccount ? [] : nil
    singleName = []
    emptyBlocks = EmptyBlocks()
  }

  /// A line for each mapping made so far, with the path of its directory; empty where no account is kept.
  package var account: [(line: MappingLine, path: [UInt8])] {
    let lines = folios.account ?? []
    var account: [(line: MappingLine, path: [UInt8])] = []
    for (index, directory) in (stretches ?? []).enumerated() {
      let end = stretches.flatMap { index + 1 < $0.count ? $0[index + 1].lineCount : nil } ?? lines.count
      for line in lines[directory.lineCount..<end] { account.append((line, directory.path)) }
    }
    return account
  }

  /// The directory being read, and how far.
  private final class CurrentDirectory {
    let inode: Inode
    let encryptedNames: EncryptedNames?
    var salvage: Salvage?
    var blocks: BlockMap?
    /// Which of the runs comes next, and how many of its blocks have been read.
    private var runIndex = 0
    var blockIndex: UInt64 = 0

    init(_ inode: Inode, encryptedNames: EncryptedNames?, salvage: Salvage?) {
      self.inode = inode
      self.encryptedNames = encryptedNames
      self.salvage = salvage
    }

    var nextRun: BlockRun? {
      guard let runs = blocks?.runs, runIndex < runs.count else { return nil }
      return runs[runIndex]
    }

    func endRun() {
      runIndex += 1
      blockIndex = 0
    }
  }

  /// What comes next.
  private enum Phase {
    case failed(DirectoryDamage)
    case size, blocks
    case mapDamage(Int)
    case run
    /// A block that has been begun.
    case head, checksum
    case records
    /// The last record of a block, which is damaged only in its length.
    case listed(Record)
    /// An entry of an encrypted directory whose name stands there as it is shown.
    case plain(Record)
    case inline(InlinePart)
    case done
  }

  /// The parts of a directory that is kept in its inode: two entries without records, what stands in `i_block`, and the value
  /// of an attribute.
  private enum InlinePart {
    case dot, dotDot, area, attribute
  }

  // MARK: Beginning

  /// Begins to read the directory that a walk has come to. What is wrong with its inode is the first step.
  package mutating func begin(_ found: FoundDirectory, inodes: inout InodeTable) {
    folios.end()
    stretches?.append((lineCount: folios.account?.count ?? 0, path: found.path))
    let inode: Inode
    do throws(VolumeError) {
      inode = try inodes.inode(found.inode)
    } catch {
      phase = .failed(DirectoryDamage(kind: .directory(error)))
      return
    }
    guard inode.isDirectory else {
      phase = .failed(DirectoryDamage(kind: .notDirectory(inode.attributes.fileType)))
      return
    }
    begin(inode)
  }

  /// Begins to read a directory.
  package mutating func begin(_ directory: Inode) {
    folios.end()
    current = CurrentDirectory(
      directory,
      encryptedNames: directory.isEncrypted ? EncryptedNames(directory, on: volume) : nil,
      salvage: options.salvages ? Salvage(directory: directory) : nil)
    phase = directory.hasInlineData ? .inline(.dot) : .size
  }

  /// What comes next; nil at the end of the directory.
  @_lifetime(&self)
  package mutating func next(inodes: inout InodeTable) -> DirectoryStep? {
    while true {
      switch phase {
      case .failed(let damage):
        phase = .done
        return .damage(damage)
      case .size:
        phase = .blocks
        if let damage = sizeDamage { return .damage(damage) }
      case .blocks:
        phase = .mapDamage(0)
        if let directory = current?.inode { return .blocks(readBlockMap(of: directory), of: directory) }
      case .mapDamage(let index):
        if let damage = mapDamage(index) {
          phase = .mapDamage(index + 1)
          return .damage(damage)
        }
        phase = .run
      case .run:
        if let damage = nextBlock() { return .damage(damage) }
      case .head:
        phase = .checksum
        if let place = region.place.block { return .block(place, head: folios.bytes) }
      case .checksum:
        phase = .records
        if let damage = checksumDamage { return .damage(damage) }
      case .records, .inline, .listed:
        switch goOn(inodes: &inodes) {
        case .row:
          position.handOut()
          let records = RecordCursor(
            regionBytes, startingAt: regionStart, format: region.format, at: position.offset)
          return .entries(EntryCursor(records, at: region.place, position))
        case .single(let record, let encryptedName):
          return .entries(
            EntryCursor(
              record, name: singleName.raw, encryptedName: encryptedName, at: region.place, position))
        case .damage(let damage): return .damage(damage)
        case .again: break
        case .end:
          if let place = region.place.block {
            endBlock()
            return .blockEnd(place, recordCount: position.recordCount)
          }
          phase = region.nextPhase
        }
      case .plain(let record):
        phase = .records
        singleName = nameInRegion(of: record)
        return .entries(EntryCursor(record, name: singleName.raw, at: region.place, position))
      case .done:
        return nil
      }
    }
  }

  private mutating func goOn(inodes: inout InodeTable) -> Advance {
    switch phase {
    case .inline(let part): return beginInline(part, inodes: &inodes)
    case .listed(let record):
      phase = .records
      return present(record, inodes: &inodes)
    default: return advance(inodes: &inodes)
    }
  }

  // MARK: Blocks

  private var sizeDamage: DirectoryDamage? {
    let byteCount = current?.inode.attributes.byteCount ?? 0
    guard byteCount == 0 || byteCount % UInt64(volume.superblock.blockSize) != 0 else { return nil }
    return DirectoryDamage(kind: .sizeNotInBlocks(byteCount))
  }

  private mutating func readBlockMap(of directory: Inode) -> BlockMap {
    let blocks = BlockMapReader.read(directory, on: volume)
    current?.blocks = blocks
    return blocks
  }

  private func mapDamage(_ index: Int) -> DirectoryDamage? {
    guard let damage = current?.blocks?.damage, index < damage.count else { return nil }
    return DirectoryDamage(kind: .blockMap(damage[index]))
  }

  /// Begins the next block, or goes to the end of the directory. Returns what is wrong instead, where something is.
  private mutating func nextBlock() -> DirectoryDamage? {
    while let run = current?.nextRun {
      switch run.contents {
      case .hole:
        current?.endRun()
        return DirectoryDamage(kind: .hole(run.logical))
      case .damaged(let damage):
        current?.endRun()
        return DirectoryDamage(kind: .unmapped(run.logical, damage))
      case .mapped(let physical):
        let index = current?.blockIndex ?? 0
        guard index < UInt64(run.logical.count) else {
          current?.endRun()
          continue
        }
        current?.blockIndex = index + 1
        let place = BlockPlace(logical: run.logical.lowerBound + index, physical: physical + index)
        readAhead(place, in: run)
        return begin(place)
      }
    }
    phase = .done
    return nil
  }

  /// Asks for the first page of a directory: most have no more.
  package func readAhead(_ directory: Inode) {
    guard !directory.hasInlineData,
      let first = BlockMapReader.read(directory, on: volume).places.first(where: { _ in true }),
      let start = volume.position(ofBlock: first.physical)
    else { return }
    volume.image.willNeed(start..<start + UInt64(min(folios.blockSize, folios.pageSize.byteCount)))
  }

  /// Asks for the inodes of directories, all of them, and then for the first page of each.
  package func readAhead(_ directories: [FoundDirectory], inodes: inout InodeTable) {
    for directory in directories { inodes.readAhead(directory.inode) }
    for directory in directories {
      // Whoever reads it reports that it can't be read.
      guard let inode = try? inodes.inode(directory.inode), inode.isDirectory else { continue }
      readAhead(inode)
    }
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

  /// Begins a block.
  private mutating func begin(_ place: BlockPlace) -> DirectoryDamage? {
    guard let directory = current?.inode else { return nil }
    let skipsTail = options.checksums == .skipped && volume.superblock.hasChecksums
    region = RecordRegion(
      EntryPlace(
        directory: directory.number, block: place, pageSize: folios.pageSize,
        namesTypes: volume.superblock.recordsNameTypes),
      format: volume.recordFormat(of: directory, regionSize: folios.blockSize, skipsTail: skipsTail))
    // Hashes after names may be on the next page.
    let readsAll = checksChecksums || region.format.hashByteCount > 0
    do throws(MappingRefusal) {
      try folios.begin(place.label(in: directory))
    } catch {
      return fail(.refused(error))
    }
    position.reset(tally: folios.tally)
    phase = .head
    return need(0..<(readsAll ? folios.blockSize : Record.headerByteCount))
  }

  /// Reads these bytes of the block. Returns what is wrong where they can't be read; the block has ended then.
  private mutating func need(_ range: Range<Int>) -> DirectoryDamage? {
    guard let place = region.place.block else { return nil }
    var source = BlockSource(place.physical, on: volume)
    do throws(FolioReadError<ReadError>) {
      try folios.need(range, from: &source)
      return nil
    } catch {
      return fail(error)
    }
  }

  private mutating func fail(_ error: FolioReadError<ReadError>) -> DirectoryDamage {
    endBlock()
    return DirectoryDamage(kind: .unreadable(error), block: region.place.block)
  }

  private mutating func endBlock() {
    folios.tally = position.tally
    folios.end()
    phase = .run
  }

  private var checksChecksums: Bool { options.checksums == .checked && volume.superblock.hasChecksums }

  private var checksumDamage: DirectoryDamage? {
    guard checksChecksums, let directory = current?.inode,
      !volume.hasRightChecksum(folios.bytes, of: directory)
    else { return nil }
    return DirectoryDamage(kind: .wrongChecksum, block: region.place.block)
  }

  // MARK: Directories in their inode

  /// Begins a part of a directory kept in its inode: its parent's number, the rest of `i_block`, and the attribute's value.
  ///
  /// Mirrors `ext2fs_inline_data_dir_iterate()`: `.` and `..` have no records there. Offsets count from the
  /// start of the contents.
  private mutating func beginInline(_ part: InlinePart, inodes: inout InodeTable) -> Advance {
    guard let directory = current?.inode else { return .again }
    let data: InlineData
    do throws(VolumeError) {
      data = try inodes.inlineData(of: directory)
    } catch {
      phase = .done
      return .damage(DirectoryDamage(kind: .directory(error)))
    }
    let area = data.area.span.raw
    switch part {
    case .dot: return beginInline(".", names: directory.number, recordLength: 0, then: .inline(.dotDot))
    case .dotDot:
      let parent = area.littleEndian(at: 0, as: UInt32.self)
      return beginInline("..", names: parent, recordLength: 4, then: .inline(.area))
    case .area:
      let rest = [UInt8](copying: area.extracting(4..<area.byteCount))
      beginInline(rest, startingAt: 4, then: .inline(.attribute))
    case .attribute: beginInline(data.attribute, startingAt: area.byteCount, then: .done)
    }
    return .again
  }

  private mutating func beginInline(
    _ name: String, names inode: UInt32, recordLength: Int, then next: Phase
  ) -> Advance {
    let entry = Entry(
      inode: inode, type: .directory, recordLength: recordLength, directory: current?.inode.number)
    region = RecordRegion(entry.place, format: region.format)
    singleName = Array(name.utf8)
    phase = next
    return .single(entry.record, nil)
  }

  private mutating func beginInline(_ bytes: [UInt8], startingAt start: Int, then next: Phase) {
    guard let directory = current?.inode else { return }
    region = RecordRegion(
      EntryPlace(
        directory: directory.number, start: start, namesTypes: volume.superblock.recordsNameTypes),
      format: volume.recordFormat(of: directory, regionSize: bytes.count), inlineBytes: bytes, then: next)
    position.reset(tally: RecordTally())
    phase = .records
  }

  // MARK: Records

  /// Records that end where they end: a directory block, or a part of an inode.
  private struct RecordRegion {
    var place: EntryPlace
    let format: RecordFormat
    /// The bytes themselves, of a part of an inode.
    let inlineBytes: [UInt8]
    /// What comes after it.
    let nextPhase: Phase

    init(
      _ place: EntryPlace, format: RecordFormat, inlineBytes: [UInt8] = [], then nextPhase: Phase = .run
    ) {
      self.place = place
      self.format = format
      self.inlineBytes = inlineBytes
      self.nextPhase = nextPhase
    }
  }

  /// What going on with records comes to.
  private enum Advance {
    /// Entries in a row, from the position on.
    case row
    /// An entry by itself, whose name is ``singleName``.
    case single(Record, EncryptedName?)
    case damage(DirectoryDamage)
    case end
    /// Something else is to be done first.
    case again
  }

  /// What can be seen of the region now, and where in the region it begins.
  private var regionBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      if region.place.block != nil { return folios.bytes }
      return region.inlineBytes.raw
    }
  }

  private var regionStart: Int { region.place.block == nil ? 0 : folios.start }

  private func nameInRegion(of record: Record) -> [UInt8] {
    let first = record.nameBytes.lowerBound - regionStart
    return [UInt8](copying: regionBytes.extracting(first..<first + record.nameLength))
  }

  /// Goes on with records, from where the last ones ended.
  private mutating func advance(inodes: inout InodeTable) -> Advance {
    switch position.state {
    case .handedOut: return .end
    case .suspect:
      let record = region.format.record(at: position.offset, in: regionBytes, startingAt: regionStart)
      position.go(to: record.end)
      return present(record, inodes: &inodes)
    case .paused:
      let isJudged = region.place.isSalvaged || current?.encryptedNames != nil
      if !isJudged { return .row }
      while let record = nextRecord() {
        if record.isEntry { return present(record, inodes: &inodes) }
      }
    case .stopped: break
    }
    switch stop {
    case .needsBytes(let count):
      let offset = position.offset
      position.go(to: offset)
      return needOrDamage(offset..<count)
    case .damage(let damage): return goOn(after: damage, inodes: &inodes)
    case .end: return .end
    }
  }

  /// Why there is no record at the position.
  private var stop: RecordCursor.Stop {
    RecordCursor(regionBytes, startingAt: regionStart, format: region.format, at: position.offset).stop
  }

  private func nextRecord() -> Record? {
    var cursor = RecordCursor(
      regionBytes, startingAt: regionStart, format: region.format, at: position.offset)
    guard let record = cursor.nextRecord() else { return nil }
    position.go(to: record.end)
    position.count(record, pageSize: region.place.pageSize)
    return record
  }

  private mutating func needOrDamage(_ range: Range<Int>) -> Advance {
    guard region.place.block != nil else { return .end }
    return need(range).map { .damage($0) } ?? .again
  }

  /// Goes on where a record breaks a rule: to where good ones follow, if that is to be found.
  private mutating func goOn(after damage: RecordDamage, inodes: inout InodeTable) -> Advance {
    let format = region.format
    // Where good ones follow is found from the end.
    guard regionBytes.byteCount >= format.blockSize else {
      position.go(to: position.offset)
      return needOrDamage(0..<format.blockSize)
    }
    let end = format.blockSize
    if damage.rule == .beginsWithZeroes, let block = region.place.block, block.logical > 0,
      regionBytes.isZero, emptyBlocks.areZero(on: volume, inodes: &inodes)
    {
      return .end
    }
    let salvages = options.salvages
    let next = !salvages || damage.isListed ? nil : format.resumeOffset(in: regionBytes, after: damage)
    let kind = DirectoryDamage.Kind.record(damage, resumedAt: next.map { region.place.start + $0 })
    position.end(at: next ?? end, recordCount: 0, next == nil ? .stopped : .paused)
    if salvages, next != nil || damage.isListed { region.place.isSalvaged = true }
    if salvages, damage.isListed { phase = .listed(damage.record) }
    return .damage(DirectoryDamage(kind: kind, block: region.place.block))
  }

  /// Hands out an entry by itself, or says what speaks against it.
  private mutating func present(_ record: Record, inodes: inout InodeTable) -> Advance {
    let name = nameInRegion(of: record)
    if let damage = implausible(record, name, inodes: &inodes) { return .damage(damage) }
    guard let encryptedNames = current?.encryptedNames, !DotName.matches(name.raw) else {
      singleName = name
      return .single(record, nil)
    }
    // A name too short for a cipher text is an entry as it stands: no kernel goes on there, and where a flag was set by
    // damage all names of a directory are like that.
    guard name.count >= EncryptedName.leastByteCount else {
      let kind = DirectoryDamage.Kind.notEncrypted(Entry(record: record, place: region.place), name: name)
      if !name.raw.holdsNULOrSlash { phase = .plain(record) }
      return .damage(DirectoryDamage(kind: kind, block: region.place.block))
    }
    let start = regionStart
    let rest = record.nameBytes.upperBound - start..<min(record.end - start, regionBytes.byteCount)
    let encryptedName = encryptedNames.name(name.raw, rest: regionBytes.extracting(rest))
    singleName = encryptedName.shown
    return .single(record, encryptedName)
  }

  /// What speaks against an entry, if anything: a name that no path can hold, or that it doesn't fit.
  private mutating func implausible(
    _ record: Record, _ name: [UInt8], inodes: inout InodeTable
  ) -> DirectoryDamage? {
    let entry = Entry(record: record, place: region.place)
    var why: DirectoryDamage.Implausibility?
    if name.isEmpty {
      why = .noName
    } else if name.raw.holdsNULOrSlash, current?.encryptedNames == nil {
      why = .unusableName
    } else if region.place.isSalvaged {
      why = current?.salvage?.remains(about: entry, name: name.raw, volume: volume, inodes: &inodes).map {
        .remains($0)
      }
    }
    return why.map {
      DirectoryDamage(kind: .implausible(entry, name: name, $0), block: region.place.block)
    }
  }
}

extension Volume {
  /// How the records of `directory` are read.
  ///
  /// - Parameter skipsTail: whether a block's checksum is left alone, where there is one.
  package func recordFormat(of directory: Inode, regionSize: Int, skipsTail: Bool = false) -> RecordFormat {
    RecordFormat(
      blockSize: regionSize, inodeCount: superblock.inodeCount,
      hashByteCount: directory.isEncrypted && directory.isCasefolded ? 8 : 0, skipsTail: skipsTail,
      carriesData: superblock.carriesData)
  }
}

extension RawSpan {
  var isZero: Bool {
    for offset in byteOffsets where self[byteAt: offset] != 0 { return false }
    return true
  }
}
