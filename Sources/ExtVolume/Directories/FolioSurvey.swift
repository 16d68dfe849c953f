import Basics
package import FolioCore

/// A record, and its name as bytes; empty for one that is not in use.
package struct SurveyedRecord: Hashable {
  package let record: Record
  package let name: [UInt8]

  package init(_ record: Record, name: RawSpan) {
    self.record = record
    self.name = [UInt8](copying: name)
  }
}

/// A directory block to be looked at again.
package struct SurveyedBlock {
  /// The path of its directory.
  package let path: [UInt8]
  package let label: BlockLabel
  package let format: RecordFormat

  package init(path: [UInt8], label: BlockLabel, format: RecordFormat) {
    self.path = path
    self.label = label
    self.format = format
  }
}

/// A block, and the line of the account about it.
package struct SurveyedFolio {
  package let line: MappingLine
  package let block: SurveyedBlock

  package init(line: MappingLine, block: SurveyedBlock) {
    self.line = line
    self.block = block
  }
}

/// What came of mapping and reading a block in one way.
package struct SurveyedReading {
  package let way: MappingWay
  /// Nil where the way can't serve or the block can't be read.
  package let line: MappingLine?
  /// Why the way can't serve.
  package let refusal: MappingRefusal?
  /// Why the block can't be read.
  package let failure: ReadError?
  /// Where records are damaged, as far as the next good one, in bytes of the block.
  package let damaged: [Range<Int>]
  /// What ``RecordDigest`` makes of its records.
  package let recordDigest: UInt64
}

/// Reads blocks by any way of mapping and says what it cost and what was in them.
package struct FolioSurvey: ~Copyable {
  private let volume: Volume
  private var folios: FolioReader

  package init(_ volume: Volume, options: ReadingOptions) throws(VolumeError) {
    var options = options
    options.keepsAccount = true
    folios = try FolioReader(volume, options: options)
    self.volume = volume
  }

  /// Reads `block` and hands `visit` each record that keeps the rules, in use or not; with its name where it is.
  package mutating func read(
    _ block: SurveyedBlock, by way: MappingWay, _ visit: (Record, RawSpan) -> Void = { _, _ in }
  ) -> SurveyedReading {
    var source = BlockSource(block.label.physicalBlock, on: volume)
    let pageSize = folios.pageSize
    var digest = RecordDigest()
    var offset = 0
    folios.way = way
    folios.account = []
    var refusal: MappingRefusal?
    var failure: ReadError?
    var damaged: [Range<Int>] = []
    var needed: Range<Int>? = 0..<Record.headerByteCount
    do throws(FolioReadError<ReadError>) {
      do throws(MappingRefusal) {
        try folios.begin(block.label)
      } catch {
        throw .refused(error)
      }
      while let range = needed {
        try folios.need(range, from: &source)
        var tally = folios.tally
        var cursor = RecordCursor(folios.bytes, startingAt: folios.start, format: block.format, at: offset)
        while let record = cursor.nextRecord() {
          tally.count(record, pageSize: pageSize)
          let name = record.isEntry ? cursor.name(of: record) : RawSpan()
          digest.add(record, name: name)
          visit(record, name)
        }
        offset = cursor.offset
        switch cursor.stop {
        case .needsBytes(let count): needed = offset..<count
        case .damage where folios.bytes.byteCount < block.format.blockSize:
          needed = 0..<block.format.blockSize
        case .damage(let damage):
          // As a listing does: on from where good records run to the end.
          let end = block.format.resumeOffset(in: folios.bytes, after: damage) ?? block.format.blockSize
          damaged.append(damage.record.offset..<end)
          digest.add(damage)
          needed = end < block.format.blockSize ? 0..<block.format.blockSize : nil
          offset = end
        case .end: needed = nil
        }
        folios.tally = tally
      }
    } catch {
      switch error {
      case .source(let error): failure = error
      case .refused(let error): refusal = error
      }
    }
    folios.end()
    let served = refusal == nil && failure == nil
    return SurveyedReading(
      way: way, line: served ? folios.account?.first : nil, refusal: refusal, failure: failure,
      damaged: damaged,
      recordDigest: digest.value)
  }
}

extension Volume {
  /// What it takes to look again at the block that `line` is about.
  ///
  /// - Parameter path: that of its directory.
  package func surveyedBlock(of line: MappingLine, path: [UInt8], inodes: inout InodeTable)
    throws(VolumeError)
    -> SurveyedBlock
  {
    let directory = try inodes.inode(line.label.inode)
    let format = recordFormat(of: directory, regionSize: superblock.blockSize.byteCount)
    return SurveyedBlock(path: path, label: line.label, format: format)
  }
}
