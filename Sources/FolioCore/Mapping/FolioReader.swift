/// Why a block could not be read.
public enum FolioReadError<SourceFailure: Error>: Error {
  /// The source of its pages failed.
  case source(SourceFailure)
  /// It can't be mapped in the way asked for.
  case refused(MappingRefusal)
}

extension FolioReadError: Equatable where SourceFailure: Equatable {}

/// Reads blocks: one folio for all, one after the other, mapped by the way asked for and filled as far as it is read.
///
/// ``begin(_:)`` maps the folio for a block, ``need(_:from:)`` makes bytes of it readable, ``bytes`` shows them, ``end()`` unmaps.
public struct FolioReader: ~Copyable {
  @usableFromInline
  var folio: Folio
  private let mapper: FolioMapper
  // The folio as it is mapped for the block being read, and what is known of that block.
  private var mapped: MappedFolio
  private var block: Block?
  /// The way of mapping from the next block on; nil for the proposal's choice.
  public var way: MappingWay?
  /// A line for each mapping undone; nil while nobody keeps an account, and then none is.
  public var account: [MappingLine]?
  /// What is counted of the records of the block being read.
  public var tally: RecordTally

  /// Reads into `folio`.
  public init(
    _ folio: consuming Folio, mapper: FolioMapper, way: MappingWay? = nil, keepsAccount: Bool = false
  ) {
    self.folio = folio
    self.mapper = mapper
    self.way = way
    account = keepsAccount ? [] : nil
    mapped = .none
    block = nil
    tally = RecordTally()
  }

  deinit {
    mapped.unmap(by: mapper, runCount: 0)
  }

  /// The size of a page, for what crosses one.
  public var pageSize: PageSize { mapper.arena.pageSize }

  /// The size of the blocks, in bytes.
  public var blockSize: Int { folio.byteCount }

  /// Begins a block: forgets what the folio held, and maps it. Ends the block before, if nobody has.
  ///
  /// - Parameter label: which block it is, for the account.
  /// - Throws: where the folio can't be mapped in the way asked for.
  public mutating func begin(_ label: BlockLabel) throws(MappingRefusal) {
    end()
    folio.clear()
    let way = self.way ?? .proposed(for: folio)
    var stopwatch = Stopwatch(isOn: account != nil)
    mapped = try MappedFolio(folio, by: way, mapper: mapper, isTimed: account != nil)
    let mapNanoseconds = stopwatch.lap()
    tally = RecordTally(isOn: account != nil)
    block = Block(label: label, way: way, stopwatch: stopwatch, mapNanoseconds: mapNanoseconds)
  }

  /// Makes bytes of the block readable by ``bytes``, and perhaps more. Traps where no block has been begun.
  ///
  /// - Parameters:
  ///   - range: which bytes of the block.
  ///   - source: where its pages come from.
  /// - Throws: what `source` threw, or a refusal. The block is to be ended then.
  @inlinable
  public mutating func need<Source: PageSource & ~Copyable>(
    _ range: Range<Int>, from source: inout Source
  ) throws(FolioReadError<Source.Failure>) {
    requireBlock()
    do throws(Source.Failure) {
      try folio.fill(through: range.upperBound, from: &source)
    } catch {
      throw .source(error)
    }
    do throws(MappingRefusal) {
      try show(range)
    } catch {
      throw .refused(error)
    }
  }

  @usableFromInline
  func requireBlock() {
    precondition(block != nil, "no block has been begun")
  }

  @usableFromInline
  mutating func show(_ range: Range<Int>) throws(MappingRefusal) {
    try mapped.show(range)
  }

  /// Where in the block ``bytes`` begin.
  public var start: Int { mapped.start }

  /// What ``need(_:from:)`` has made readable, as far as the block has been read; empty where no block has been begun.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get { mapped.bytes(filled: folio.filledByteCount) }
  }

  /// Ends the block: unmaps the folio, and adds a line to the account. Does nothing where no block has been begun.
  public mutating func end() {
    guard let block = block.take() else { return }
    let keepsAccount = account != nil
    let place = keepsAccount ? mapped.place : nil
    let runCount = keepsAccount ? folio.contiguousRuns.count : 0
    var stopwatch = block.stopwatch
    stopwatch.lap()
    var cost = exchange(&mapped, with: .none).unmap(by: mapper, runCount: runCount)
    guard let place else { return }
    if block.way != .pagePair {
      (cost.mapNanoseconds, cost.unmapNanoseconds) = (block.mapNanoseconds, stopwatch.lap())
    }
    account?.append(
      MappingLine(
        label: block.label, way: block.way,
        reason: MappingReason(folio, way: block.way, place: place, isForced: self.way != nil),
        frames: folio.frames, place: place, runCount: runCount,
        filledPageCount: folio.filledPageCount, tally: tally, cost: cost))
  }

  /// What is known of a block from ``begin(_:)`` to ``end()``.
  private struct Block {
    let label: BlockLabel
    let way: MappingWay
    let stopwatch: Stopwatch
    let mapNanoseconds: UInt64
  }
}
