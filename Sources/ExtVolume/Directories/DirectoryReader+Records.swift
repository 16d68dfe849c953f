import Basics
package import FolioCore

extension DirectoryReader {
  /// Records that end where they end: a directory block, or a part of an inode.
  struct RecordRegion {
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
  enum Advance {
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
  var regionBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      if region.place.block != nil { return folios.bytes }
      return region.inlineBytes.raw
    }
  }

  var regionStart: Int { region.place.block == nil ? 0 : folios.start }

  func nameInRegion(of record: Record) -> [UInt8] {
    let first = record.nameBytes.lowerBound - regionStart
    return [UInt8](copying: regionBytes.extracting(first..<first + record.nameLength))
  }

  /// Goes on with records, from where the last ones ended.
  mutating func advance(inodes: inout InodeTable) -> Advance {
    switch position.state {
    case .handedOut:
      preconditionFailure(
        "a row of entries was left before its end, and not by pause(): the rest would be lost")
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
  var stop: RecordCursor.Stop {
    RecordCursor(regionBytes, startingAt: regionStart, format: region.format, at: position.offset).stop
  }

  func nextRecord() -> Record? {
    var cursor = RecordCursor(
      regionBytes, startingAt: regionStart, format: region.format, at: position.offset)
    guard let record = cursor.nextRecord() else { return nil }
    position.go(to: record.end)
    position.count(record, pageSize: region.place.pageSize)
    return record
  }

  mutating func needOrDamage(_ range: Range<Int>) -> Advance {
    guard region.place.block != nil else { return .end }
    return need(range).map { .damage($0) } ?? .again
  }

  /// Goes on where a record breaks a rule: to where good ones follow, if that is to be found.
  mutating func goOn(after damage: RecordDamage, inodes: inout InodeTable) -> Advance {
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
  mutating func present(_ record: Record, inodes: inout InodeTable) -> Advance {
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
  mutating func implausible(
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
