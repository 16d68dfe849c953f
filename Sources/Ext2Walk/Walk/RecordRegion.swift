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

  let directory: Inode
  /// Nil in an inode.
  let block: BlockPlace?
  /// What offsets count from, in bytes.
  var regionStart = 0
  /// Nil where there are no pages to cross.
  let pageSize: PageSize?
  let format: RecordFormat
  /// Whether records say the types of what they name.
  let namesTypes: Bool

  /// Records reached, in use or not.
  private(set) var recordCount = 0
  private var offset = 0
  private var isBehindDamage = false

  init(
    directory: Inode, block: BlockPlace?, regionStart: Int = 0, pageSize: PageSize?, format: RecordFormat,
    namesTypes: Bool
  ) {
    self.directory = directory
    self.block = block
    self.regionStart = regionStart
    self.pageSize = pageSize
    self.format = format
    self.namesTypes = namesTypes
  }

  /// Hands the entries in `bytes` to `visitor`, from where the last call ended.
  ///
  /// - Parameters:
  ///   - start: where in the region `bytes` begin.
  ///   - salvage: judges entries behind a damaged record; nil where those are not looked for.
  mutating func visitEntries<Visitor: EntryVisitor & ~Copyable>(
    in bytes: RawSpan, startingAt start: Int = 0, tally: inout RecordTally, salvage: inout Salvage?,
    volume: Volume,
    inodes: inout InodeTable, visitor: inout Visitor
  ) throws(Visitor.Failure) -> Outcome {
    var cursor = RecordCursor(bytes, startingAt: start, format: format, at: offset)
    while true {
      switch cursor.next() {
      case .record(let record):
        recordCount += 1
        if let pageSize { tally.count(record, pageSize: pageSize) }
        guard record.isEntry else { continue }
        let nameStart = record.nameBytes.lowerBound - start
        let name = bytes.extracting(nameStart..<nameStart + record.nameLength)
        let entry = entry(of: record)
        var doubt = doubt(about: name)
        if doubt == nil, isBehindDamage {
          doubt = salvage?.doubt(about: entry, name: name, volume: volume, inodes: &inodes).map {
            .salvaged($0)
          }
        }
        if let doubt {
          let kind = DirectoryProblem.Kind.implausible(entry, name: [UInt8](copying: name), doubt)
          try visitor.report(DirectoryProblem(kind: kind, block: block))
          continue
        }
        guard try visitor.visit(entry, name: name, inodes: &inodes) else { return .stopped }
      case .needsBytes(let count):
        offset = cursor.offset
        return .needsBytes(offset..<count)
      case .damage(let damage):
        // The way back is found from the end.
        guard bytes.byteCount >= format.blockSize else {
          offset = cursor.offset
          return .needsBytes(0..<format.blockSize)
        }
        if damage.rule == .beginsWithZeroes, let block, block.logical > 0, bytes.isZero,
          volume.leavesEmptyBlocksZero(inodes: &inodes)
        {
          return .done
        }
        let wayBack = salvage == nil ? nil : format.wayBack(in: bytes, after: damage)
        let kind = DirectoryProblem.Kind.record(damage, resumedAt: wayBack.map { regionStart + $0 })
        try visitor.report(DirectoryProblem(kind: kind, block: block))
        guard let wayBack else { return .done }
        isBehindDamage = true
        cursor = RecordCursor(bytes, format: format, at: wayBack)
      case .end:
        return .done
      }
    }
  }

  /// Why a path can't hold `name`; nil where it can.
  private func doubt(about name: RawSpan) -> DirectoryProblem.Doubt? {
    if name.byteCount == 0 { return .noName }
    // Encrypted names are shown as they are on disk, where they may hold any byte.
    return name.holdsNULOrSlash && !directory.isEncrypted ? .unusableName : nil
  }

  private func entry(of record: Record) -> Entry {
    Entry(
      inode: record.inode, type: namesTypes ? FileType(code: record.fileTypeCode) : .unknown,
      typeCode: record.fileTypeCode, offset: regionStart + record.offset, recordLength: record.length,
      crossesPage: pageSize?.isCrossed(by: record.usedBytes) ?? false, isSalvaged: isBehindDamage,
      place: EntryPlace(directory: directory.number, block: block))
  }
}

extension Volume {
  /// How the records of `directory` are read.
  func recordFormat(of directory: Inode, regionSize: Int) -> RecordFormat {
    RecordFormat(
      blockSize: regionSize, inodeCount: superblock.inodeCount,
      hashByteCount: directory.isEncrypted && directory.isCasefolded ? 8 : 0)
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
