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
  /// Encrypted names are shown as they are on disk, where they may hold any byte.
  private let isEncrypted: Bool
  /// Records reached, in use or not.
  private(set) var recordCount = 0
  private var offset = 0

  init(_ place: EntryPlace, format: RecordFormat, isEncrypted: Bool) {
    self.place = place
    self.format = format
    self.isEncrypted = isEncrypted
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
        of: &cursor, tally: &tally, salvage: &salvage, volume: volume, inodes: &inodes, visitor: &visitor)
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
        let wayBack = salvage == nil ? nil : format.wayBack(in: bytes, after: damage)
        let kind = DirectoryProblem.Kind.record(damage, resumedAt: wayBack.map { place.start + $0 })
        try visitor.report(DirectoryProblem(kind: kind, block: place.block))
        guard let wayBack else { return .done }
        self.place.isSalvaged = true
        cursor = RecordCursor(bytes, format: format, at: wayBack)
      case .end:
        return .done
      }
    }
  }

  /// Hands entries to `visitor` until the cursor stops. Returns whether to go on.
  ///
  /// The loop over all records of a file system: what is seldom asked for is elsewhere.
  private mutating func visitRecords<Visitor: EntryVisitor & ~Copyable>(
    of cursor: inout RecordCursor, tally: inout RecordTally, salvage: inout Salvage?, volume: Volume,
    inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Bool {
    let place = self.place
    let countedPage = tally.isOn ? place.pageSize : nil
    let (judgesAll, judgesBytes) = (place.isSalvaged, !isEncrypted)
    var count = 0
    defer { recordCount += count }
    while let record = cursor.nextRecord() {
      count &+= 1
      if let countedPage { tally.count(record, pageSize: countedPage) }
      guard record.isEntry else { continue }
      let name = cursor.name(of: record)
      if judgesAll || record.nameLength == 0 || (judgesBytes && name.holdsNULOrSlash),
        let problem = problem(with: record, name, &salvage, volume, &inodes)
      {
        try visitor.report(problem)
        continue
      }
      guard try visitor.visit(record, name: name, at: place, inodes: &inodes) else { return false }
    }
    return true
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
    } else if name.holdsNULOrSlash, !isEncrypted {
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
      hashByteCount: directory.isEncrypted && directory.isCasefolded ? 8 : 0, skipsTail: skipsTail)
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
