import Basics
import FolioCore

/// A stretch of records that ends where it ends: a directory block, or a part of an inode. Knows how far it was read.
struct RecordRegion {
  enum Outcome: Equatable {
    /// Call again with these bytes of the region.
    case needsBytes(Range<Int>)
    case done
    /// The visitor wants no more.
    case stopped
  }

  private var place: EntryPlace
  private let format: RecordFormat
  /// Nil where names are not encrypted.
  private let encryptedNames: EncryptedNames?
  /// Records reached, in use or not.
  private(set) var recordCount = 0
  private var offset = 0

  init(_ place: EntryPlace, format: RecordFormat, encryptedNames: EncryptedNames?) {
    self.place = place
    self.format = format
    self.encryptedNames = encryptedNames
  }

  /// Hands the entries in `bytes` to `visitor`, from where the last call ended.
  ///
  /// - Parameters:
  ///   - start: where in the region `bytes` begin.
  ///   - salvage: judges entries behind a damaged record; nil where those are not looked for.
  mutating func visitEntries<Visitor: EntryVisitor & ~Copyable>(
    in bytes: RawSpan, startingAt start: Int = 0, tally: inout RecordTally, salvage: inout Salvage?,
    volume: Volume, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Outcome {
    var cursor = RecordCursor(bytes, startingAt: start, format: format, at: offset)
    while true {
      let goesOn = try visitRecords(
        of: &cursor, in: bytes, startingAt: start, tally: &tally, salvage: &salvage, volume: volume,
        inodes: &inodes, visitor: &visitor)
      guard goesOn else { return .stopped }
      switch cursor.stop {
      case .needsBytes(let count):
        offset = cursor.offset
        return .needsBytes(offset..<count)
      case .damage(let damage):
        // The way back is found from the end.
        guard bytes.byteCount >= format.blockSize else {
          offset = cursor.offset
          return .needsBytes(0..<format.blockSize)
        }
        if damage.rule == .beginsWithZeroes, let block = place.block, block.logical > 0, bytes.isZero,
          volume.leavesEmptyBlocksZero(inodes: &inodes)
        {
          return .done
        }
        let wayBack = salvage == nil || damage.isListed ? nil : format.wayBack(in: bytes, after: damage)
        let kind = DirectoryProblem.Kind.record(damage, resumedAt: wayBack.map { place.start + $0 })
        try visitor.report(DirectoryProblem(kind: kind, block: place.block))
        if damage.isListed, salvage != nil {
          self.place.isSalvaged = true
          let isListed = try visitListed(
            damage.record, bytes, startingAt: start, &salvage, volume, inodes: &inodes, visitor: &visitor)
          return isListed ? .done : .stopped
        }
        guard let wayBack else { return .done }
        self.place.isSalvaged = true
        cursor = RecordCursor(bytes, format: format, at: wayBack)
      case .end:
        return .done
      }
    }
  }

  /// Hands the last record of a block, which is damaged only in its length, to `visitor`. Returns whether to go on.
  private func visitListed<Visitor: EntryVisitor & ~Copyable>(
    _ record: Record, _ bytes: RawSpan, startingAt start: Int, _ salvage: inout Salvage?, _ volume: Volume,
    inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    let used = record.nameBytes.lowerBound - start..<record.nameBytes.upperBound - start
    let name = bytes.extracting(used)
    if let problem = problem(with: record, name, &salvage, volume, &inodes) {
      try visitor.report(problem)
      return true
    }
    guard encryptedNames != nil, !DotName.matches(name) else {
      return try visitor.visit(record, name: name, at: place, inodes: &inodes)
    }
    let rest = bytes.extracting(used.upperBound..<record.end - start)
    return try visitEncrypted(record, name, rest: rest, inodes: &inodes, visitor: &visitor)
  }

  /// Hands entries to `visitor` until the cursor stops. Returns whether to go on.
  ///
  /// The loop over all records of a file system: what is seldom asked for is elsewhere.
  @_lifetime(cursor: copy cursor)
  private mutating func visitRecords<Visitor: EntryVisitor & ~Copyable>(
    of cursor: inout RecordCursor, in bytes: RawSpan, startingAt start: Int, tally: inout RecordTally,
    salvage: inout Salvage?, volume: Volume, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    let place = self.place
    let countedPage = tally.isOn ? place.pageSize : nil
    let (judgesAll, isEncrypted) = (place.isSalvaged, encryptedNames != nil)
    var count = 0
    defer { recordCount += count }
    while let record = cursor.nextRecord() {
      count &+= 1
      if let countedPage { tally.count(record, pageSize: countedPage) }
      guard record.isEntry else { continue }
      let name = cursor.name(of: record)
      if judgesAll || record.nameLength == 0 || (!isEncrypted && name.holdsNULOrSlash),
        let problem = problem(with: record, name, &salvage, volume, &inodes)
      {
        try visitor.report(problem)
        continue
      }
      if isEncrypted, !DotName.matches(name) {
        let rest =
          name.byteCount + Record.headerByteCount + record.offset
          - start..<min(record.end - start, bytes.byteCount)
        guard
          try visitEncrypted(record, name, rest: bytes.extracting(rest), inodes: &inodes, visitor: &visitor)
        else { return false }
        continue
      }
      guard try visitor.visit(record, name: name, at: place, inodes: &inodes) else { return false }
    }
    return true
  }

  /// Hands an entry of an encrypted directory to `visitor`. Returns whether to go on.
  ///
  /// A name too short for a cipher text is said, and is an entry as it stands: no kernel goes on there, and where a flag was
  /// set by damage all names of a directory are like that.
  @inline(never)
  private func visitEncrypted<Visitor: EntryVisitor & ~Copyable>(
    _ record: Record, _ name: RawSpan, rest: RawSpan, inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    guard let encryptedNames, name.byteCount >= EncryptedName.leastByteCount else {
      let entry = Entry(record: record, place: place)
      let kind = DirectoryProblem.Kind.notEncrypted(entry, name: [UInt8](copying: name))
      try visitor.report(DirectoryProblem(kind: kind, block: place.block))
      if name.holdsNULOrSlash { return true }
      return try visitor.visit(record, name: name, at: place, inodes: &inodes)
    }
    return try visitor.visit(
      record, encrypted: encryptedNames.name(name, rest: rest), at: place, inodes: &inodes)
  }

  /// What speaks against an entry, if anything: a name that no path can hold, or that it doesn't fit.
  @inline(never)
  private func problem(
    with record: Record, _ name: RawSpan, _ salvage: inout Salvage?, _ volume: Volume,
    _ inodes: inout InodeTable
  ) -> DirectoryProblem? {
    let entry = Entry(record: record, place: place)
    var doubt: DirectoryProblem.Doubt?
    if name.byteCount == 0 {
      doubt = .noName
    } else if name.holdsNULOrSlash, encryptedNames == nil {
      doubt = .unusableName
    } else if place.isSalvaged {
      doubt = salvage?.doubt(about: entry, name: name, volume: volume, inodes: &inodes).map { .salvaged($0) }
    }
    return doubt.map {
      DirectoryProblem(
        kind: .implausible(entry, name: [UInt8](copying: name), $0), block: place.block)
    }
  }
}

extension Volume {
  /// How the records of `directory` are read.
  ///
  /// - Parameter skipsTail: whether a block's checksum is left alone, where there is one.
  func recordFormat(of directory: Inode, regionSize: Int, skipsTail: Bool = false) -> RecordFormat {
    RecordFormat(
      blockSize: regionSize, inodeCount: superblock.inodeCount,
      hashByteCount: directory.isEncrypted && directory.isCasefolded ? 8 : 0, skipsTail: skipsTail,
      carriesData: superblock.carriesData)
  }

  /// What it takes to look again at the block that `line` is about.
  ///
  /// - Parameter path: that of its directory.
  func surveyedBlock(of line: MappingLine, path: [UInt8], inodes: inout InodeTable) throws(VolumeError)
    -> SurveyedBlock
  {
    let directory = try inodes.inode(line.label.inode)
    let format = recordFormat(of: directory, regionSize: superblock.blockSize)
    return SurveyedBlock(path: path, label: line.label, format: format)
  }
}

extension RawSpan {
  var isZero: Bool {
    for offset in byteOffsets where self[byteAt: offset] != 0 { return false }
    return true
  }
}
