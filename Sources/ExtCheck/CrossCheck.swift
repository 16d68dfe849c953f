import Basics
package import ExtVolume
package import FolioCore

/// Reads directories again, by every way of mapping in either memory model and by libext2fs' own iterator, and
/// compares what they find record by record.
package struct CrossCheck: ~Copyable {
  /// A way of mapping in a memory model.
  package struct Way: Hashable {
    package let way: MappingWay
    package let memory: MemoryModel
  }

  /// How two readings of the same differ.
  package enum Difference: Equatable {
    /// A way can't read the block.
    case unreadable(ReadError)
    /// libext2fs can't iterate.
    case refused(VolumeError)
    /// The first record that differs, counted from 0; nil where there is none in one of them.
    case record(index: Int, found: SurveyedRecord?, expected: SurveyedRecord?)
    /// They differed, and didn't when read again.
    case passing
  }

  /// What was compared with what.
  package struct Scope {
    /// The ways that could serve, and those that could not, each with the reason.
    package var served: Set<Way> = []
    package var refused: [Way: MappingRefusal] = [:]
    package var blocksByWays: UInt64 = 0
    package var blocksByLibrary: UInt64 = 0
  }

  private let volume: Volume
  private var low: FolioSurvey
  /// Frames stand apart there: a mapping that only works because they are neighbours is a wrong one.
  private var high: FolioSurvey
  private var waysSamplingBudget: SamplingBudget
  private var librarySamplingBudget: SamplingBudget
  private(set) var scope: Scope

  private static var wayBlocksAtLeast: UInt64 { 512 }
  private static var libraryBytesAtLeast: UInt64 { 1 << 28 }

  /// - Parameter isThorough: whether all blocks are compared, and not a sample of a large image.
  init(_ volume: Volume, isThorough: Bool) throws(VolumeError) {
    var options = ReadingOptions()
    let low = try FolioSurvey(volume, options: options)
    options.memory = .high
    options.frameOrder = .scattered(seed: 1)
    let high = try FolioSurvey(volume, options: options)
    self.volume = volume
    self.low = low
    self.high = high
    waysSamplingBudget = SamplingBudget(first: isThorough ? .max : Self.wayBlocksAtLeast)
    let blocks = volume.superblock.blockSize.wholeBlocks(in: Self.libraryBytesAtLeast)
    librarySamplingBudget = SamplingBudget(first: isThorough ? .max : blocks)
    scope = Scope()
  }

  /// Compares all ways and libext2fs on a directory in which no other damage was found.
  mutating func differences(in directory: Inode, path: [UInt8], blocks: BlockMap) -> [Finding] {
    var found: [Finding] = []
    let blockCount = blocks.mappedCount
    // libext2fs iterates over blocks after the size, too.
    let asksLibrary = blocks.preallocated.isEmpty && librarySamplingBudget.takes(blockCount)
    var digest = RecordDigest()
    let format = volume.recordFormat(of: directory, regionSize: volume.superblock.blockSize.byteCount)
    for place in blocks.places {
      let asksWays = waysSamplingBudget.takes(1)
      guard asksWays || asksLibrary else { continue }
      let block = SurveyedBlock(path: path, label: place.label(in: directory), format: format)
      let reference = low.read(block, by: .direct) { digest.add($0, name: $1) }
      if !reference.damaged.isEmpty { digest.addWholeBlock(format) }
      if asksWays { found += differences(in: block, from: reference) }
    }
    if asksLibrary, let difference = libraryDifference(in: directory, path, blocks, digest, format) {
      found.append(difference)
    }
    if asksLibrary { scope.blocksByLibrary += blockCount }
    return found
  }

  // MARK: Ways

  private mutating func differences(in block: SurveyedBlock, from reference: SurveyedReading) -> [Finding] {
    scope.blocksByWays += 1
    var found: [Finding] = []
    scope.served.insert(Way(way: .direct, memory: .direct))
    for memory in MemoryModel.allCases {
      for way in MappingWay.allCases where memory == .high || way != .direct {
        let other = Way(way: way, memory: memory)
        let reading = memory == .direct ? low.read(block, by: way) : high.read(block, by: way)
        if let refusal = reading.refusal {
          scope.refused[other] = refusal
          continue
        }
        scope.served.insert(other)
        guard reading.recordDigest != reference.recordDigest || reading.failure != nil else { continue }
        let difference = reading.failure.map { .unreadable($0) } ?? firstDifference(in: block, by: other)
        let place = BlockPlace(logical: block.label.logicalBlock, physical: block.label.physicalBlock)
        found.append(
          Finding(
            rule: .wayDiffers, path: block.path.shownPath, inode: block.label.inode, block: place,
            facts: .way(other, difference)))
      }
    }
    return found
  }

  private mutating func firstDifference(in block: SurveyedBlock, by other: Way) -> Difference {
    var (expected, found): ([SurveyedRecord], [SurveyedRecord]) = ([], [])
    _ = low.read(block, by: .direct) { expected.append(SurveyedRecord($0, name: $1)) }
    if other.memory == .direct {
      _ = low.read(block, by: other.way) { found.append(SurveyedRecord($0, name: $1)) }
    } else {
      _ = high.read(block, by: other.way) { found.append(SurveyedRecord($0, name: $1)) }
    }
    return Self.firstDifference(expected, found)?.difference ?? .passing
  }

  // MARK: libext2fs

  private mutating func libraryDifference(
    in directory: Inode, _ path: [UInt8], _ blocks: BlockMap, _ digest: RecordDigest,
    _ format: RecordFormat
  ) -> Finding? {
    let limit = Int(clamping: blocks.mappedCount) * format.blockSize / Record.headerByteCount
    var theirs = RecordDigest()
    do throws(VolumeError) {
      try volume.iterateDirectory(directory.number, limit: limit) { theirs.add($0, name: $1) }
    } catch {
      return Finding(
        rule: .libext2fsDiffers, path: path.shownPath, inode: directory.number,
        facts: .library(.refused(error)))
    }
    guard theirs.value != digest.value else { return nil }
    var (expected, found): ([SurveyedRecord], [SurveyedRecord]) = ([], [])
    for place in blocks.places {
      let block = SurveyedBlock(path: path, label: place.label(in: directory), format: format)
      _ = low.read(block, by: .direct) { expected.append(SurveyedRecord($0, name: $1)) }
    }
    // A difference is known already: what the iterator gives before it stops is compared.
    try? volume.iterateDirectory(directory.number, limit: limit) {
      found.append(SurveyedRecord($0, name: $1))
    }
    let difference = Self.firstDifference(expected, found)
    return Finding(
      rule: .libext2fsDiffers, path: path.shownPath, inode: directory.number, offset: difference?.offset,
      facts: .library(difference?.difference ?? .passing))
  }

  /// The first record that isn't the same in both; nil where all are.
  static func firstDifference(
    _ expected: [SurveyedRecord], _ found: [SurveyedRecord]
  ) -> (offset: Int, difference: Difference)? {
    for index in 0..<max(expected.count, found.count) {
      let ours = index < expected.count ? expected[index] : nil
      let theirs = index < found.count ? found[index] : nil
      if ours != theirs {
        let offset = (ours ?? theirs)?.record.offset ?? 0
        return (offset, .record(index: index, found: theirs, expected: ours))
      }
    }
    return nil
  }
}

extension RecordDigest {
  /// Adds the one record of a block of zeroes, which is what a 64 KiB block of zeroes is where that is legal.
  mutating func addWholeBlock(_ format: RecordFormat) {
    let record = Record(offset: 0, length: format.blockSize, inode: 0, nameLength: 0, fileTypeCode: 0)
    add(record, name: RawSpan())
  }
}

/// Takes all of what comes first, and then one block in 64.
struct SamplingBudget {
  private var left: UInt64
  private var skipped: UInt64 = 0

  init(first: UInt64) {
    left = first
  }

  /// Whether the next blocks are to be looked at, all together.
  mutating func takes(_ blockCount: UInt64) -> Bool {
    if blockCount <= left {
      left -= left == .max ? 0 : blockCount
      return true
    }
    skipped += blockCount
    guard skipped >= 64 * blockCount else { return false }
    skipped = 0
    return true
  }
}
