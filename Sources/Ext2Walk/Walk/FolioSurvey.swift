import FolioCore

/// A record, and its name as bytes; empty for one that is not in use.
struct SurveyedRecord: Hashable {
  let record: Record
  let name: [UInt8]
}

/// A directory block to be looked at again.
struct SurveyedBlock {
  /// The path of its directory.
  let path: [UInt8]
  let label: BlockLabel
  let format: RecordFormat
}

/// A block, and the line of the account about it.
struct SurveyedFolio {
  let line: MappingLine
  let block: SurveyedBlock
}

/// What came of mapping and reading a block in one way.
struct SurveyedReading {
  let way: MappingWay
  /// Nil where the way can't serve or the block can't be read.
  let line: MappingLine?
  /// Why the way can't serve.
  let refusal: String?
  /// Why the block can't be read.
  let failure: String?
  /// Where records are damaged, as far as the next good one, in bytes of the block.
  let damaged: [Range<Int>]
  /// The same for two readings that found the same records under the same names, and only by chance for others.
  let recordDigest: Int
}

/// Reads blocks by one way of mapping and says what it cost and what was in them.
struct FolioSurvey: ~Copyable {
  private let volume: Volume
  private let way: MappingWay
  private var folios: FolioReader

  init(_ volume: Volume, by way: MappingWay, options: ReadingOptions) throws(VolumeError) {
    var options = options
    options.way = way
    options.keepsAccount = true
    self.volume = volume
    self.way = way
    folios = try FolioReader(volume, options: options)
  }

  /// Reads `block` and hands `visit` each record that keeps the rules, in use or not.
  mutating func read(_ block: SurveyedBlock, _ visit: (SurveyedRecord) -> Void = { _ in }) -> SurveyedReading
  {
    var source = BlockSource(block.label.physicalBlock, on: volume)
    let pageSize = folios.pageSize
    var digest = Hasher()
    var offset = 0
    folios.account = []
    var refusal: String?
    var failure: String?
    var damaged: [Range<Int>] = []
    do throws(FolioReadError<ImageReadError, Never>) {
      try folios.read(block.label, from: &source, needing: 0..<Record.headerByteCount) { view, start, tally in
        var cursor = RecordCursor(view, startingAt: start, format: block.format, at: offset)
        while true {
          switch cursor.next() {
          case .record(let record):
            tally.count(record, pageSize: pageSize)
            let name = record.isEntry ? record.nameBytes.lowerBound - start : 0
            let nameLength = record.isEntry ? record.nameLength : 0
            let surveyed = SurveyedRecord(
              record: record, name: [UInt8](copying: view.extracting(name..<name + nameLength)))
            digest.combine(surveyed)
            visit(surveyed)
          case .needsBytes(let count):
            offset = cursor.offset
            return offset..<count
          case .damage(let damage):
            // As a listing does: on from where good records run to the end.
            guard view.byteCount >= block.format.blockSize else {
              offset = cursor.offset
              return 0..<block.format.blockSize
            }
            let end = block.format.wayBack(in: view, after: damage) ?? block.format.blockSize
            damaged.append(damage.record.offset..<end)
            digest.combine(damage)
            guard end < block.format.blockSize else { return nil }
            cursor = RecordCursor(view, format: block.format, at: end)
          case .end: return nil
          }
        }
      }
    } catch {
      switch error {
      case .source(let error): failure = error.description
      case .refused(let error): refusal = error.description
      }
    }
    let served = refusal == nil && failure == nil
    return SurveyedReading(
      way: way, line: served ? folios.account?.first : nil, refusal: refusal, failure: failure,
      damaged: damaged,
      recordDigest: digest.finalize())
  }
}
