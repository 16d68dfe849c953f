/// Why a block could not be read.
public enum FolioReadError<SourceFailure: Error, BodyFailure: Error>: Error {
  /// The source of its pages failed.
  case source(SourceFailure)
  /// It can't be mapped in the way asked for.
  case refused(MappingRefusal)
  /// What read it failed.
  case body(BodyFailure)
}

/// Reads blocks: one folio for all, one after the other, mapped by the way asked for and filled as far as it is read.
public struct FolioReader: ~Copyable {
  @usableFromInline
  var folio: Folio
  private let mapper: FolioMapper
  /// The way of mapping from the next block on; nil for the proposal's choice.
  public var way: MappingWay?
  /// A line for each mapping made; nil while nobody keeps an account, and then none is.
  public var account: [MappingLine]?

  /// Reads into `folio`.
  public init(
    _ folio: consuming Folio, mapper: FolioMapper, way: MappingWay? = nil, keepsAccount: Bool = false
  ) {
    self.folio = folio
    self.mapper = mapper
    self.way = way
    account = keepsAccount ? [] : nil
  }

  /// The size of a page, for what crosses one.
  public var pageSize: PageSize { mapper.arena.pageSize }

  /// The size of the blocks, in bytes.
  public var blockSize: Int { folio.byteCount }

  /// Reads one block.
  ///
  /// - Parameters:
  ///   - label: which block it is, for the account.
  ///   - source: where its pages come from.
  ///   - needed: the bytes of the block that `body` needs first.
  ///   - body: reads. It is given bytes that hold what it needs, and perhaps more; where in the block they begin;
  ///     and a tally for what it finds. It returns the bytes it needs next, or nil when it has read enough.
  /// - Throws: whatever failed. The folio is unmapped then too.
  @inlinable
  public mutating func read<Source: PageSource & ~Copyable, Failure: Error>(
    _ label: BlockLabel, from source: inout Source, needing needed: Range<Int>,
    _ body: (RawSpan, Int, inout RecordTally) throws(Failure) -> Range<Int>?
  ) throws(FolioReadError<Source.Failure, Failure>) {
    var reading: Reading
    do throws(MappingRefusal) {
      reading = try begin()
    } catch {
      throw .refused(error)
    }
    var tally = RecordTally(isOn: account != nil)
    var failure: FolioReadError<Source.Failure, Failure>?
    var next: Range<Int>? = needed
    while let range = next {
      next = nil
      do throws(FolioReadError<Source.Failure, Failure>) {
        do throws(Source.Failure) {
          try folio.fill(through: range.upperBound, from: &source)
        } catch {
          throw .source(error)
        }
        do throws(MappingRefusal) {
          try reading.mapped.show(range)
        } catch {
          throw .refused(error)
        }
        do throws(Failure) {
          let bytes = reading.mapped.bytes(filled: folio.filledByteCount)
          next = try body(bytes, reading.mapped.start, &tally)
        } catch {
          throw .body(error)
        }
      } catch {
        failure = error
      }
    }
    end(reading, label: label, tally: tally)
    if let failure { throw failure }
  }

  /// The folio mapped for one block, from ``begin()`` to ``end(_:label:tally:)``.
  @usableFromInline
  struct Reading: ~Copyable {
    let way: MappingWay
    var stopwatch: Stopwatch
    let mapNanoseconds: UInt64
    @usableFromInline
    var mapped: MappedFolio
  }

  @usableFromInline
  mutating func begin() throws(MappingRefusal) -> Reading {
    folio.clear()
    let way = self.way ?? .proposed(for: folio)
    var stopwatch = Stopwatch(isOn: account != nil)
    let mapped = try MappedFolio(folio, by: way, mapper: mapper, isTimed: account != nil)
    let mapNanoseconds = stopwatch.lap()
    return Reading(way: way, stopwatch: stopwatch, mapNanoseconds: mapNanoseconds, mapped: mapped)
  }

  @usableFromInline
  mutating func end(_ reading: consuming Reading, label: BlockLabel, tally: RecordTally) {
    let keepsAccount = account != nil
    let place = keepsAccount ? reading.mapped.place : nil
    let runCount = keepsAccount ? folio.contiguousRuns.count : 0
    let (way, mapNanoseconds) = (reading.way, reading.mapNanoseconds)
    var stopwatch = reading.stopwatch
    stopwatch.lap()
    var cost = reading.mapped.unmap(by: mapper, runCount: runCount)
    guard let place else { return }
    if way != .pagePair { (cost.mapNanoseconds, cost.unmapNanoseconds) = (mapNanoseconds, stopwatch.lap()) }
    addLine(label, way: way, place: place, runCount: runCount, tally: tally, cost: cost)
  }

  private mutating func addLine(
    _ label: BlockLabel, way: MappingWay, place: MappedPlace, runCount: Int, tally: RecordTally,
    cost: MappingCost
  ) {
    account?.append(
      MappingLine(
        label: label, way: way,
        reason: MappingReason(folio, way: way, place: place, isForced: self.way != nil),
        frames: folio.frames, place: place, runCount: runCount,
        filledPageCount: folio.filledPageCount, tally: tally, cost: cost))
  }
}
