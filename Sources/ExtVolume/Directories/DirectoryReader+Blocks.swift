import Basics
import FolioCore

extension DirectoryReader {
  var sizeDamage: DirectoryDamage? {
    let byteCount = current?.inode.attributes.byteCount ?? 0
    guard byteCount == 0 || !volume.superblock.blockSize.divides(byteCount) else { return nil }
    return DirectoryDamage(kind: .sizeNotInBlocks(byteCount))
  }

  mutating func readBlockMap(of directory: Inode) -> BlockMap {
    let blocks = BlockMapReader.read(directory, on: volume)
    current?.blocks = blocks
    return blocks
  }

  func mapDamage(_ index: Int) -> DirectoryDamage? {
    guard let damage = current?.blocks?.damage, index < damage.count else { return nil }
    return DirectoryDamage(kind: .blockMap(damage[index]))
  }

  /// Begins the next block, or goes to the end of the directory. Returns what is wrong instead, where something is.
  mutating func nextBlock() -> DirectoryDamage? {
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

  /// So many bytes of a run are asked for ahead at a time.
  static var aheadByteCount: Int { 4 << 20 }

  /// Asks for the blocks of a run that come next, from time to time. Blocks that stand alone are asked for by reading
  /// them: most hold few records, and only the first page of those is read.
  func readAhead(_ place: BlockPlace, in run: BlockRun) {
    let step = UInt64(max(1, Self.aheadByteCount / folios.blockSize))
    guard run.logical.count > 1, (place.logical - run.logical.lowerBound) % step == 0,
      let start = volume.position(ofBlock: place.physical)
    else { return }
    let count = min(2 * step, run.logical.upperBound - place.logical)
    volume.image.willNeed(start..<start + count * UInt64(folios.blockSize))
  }

  /// Begins a block.
  mutating func begin(_ place: BlockPlace) -> DirectoryDamage? {
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
  mutating func need(_ range: Range<Int>) -> DirectoryDamage? {
    guard let place = region.place.block else { return nil }
    var source = BlockSource(place.physical, on: volume)
    do throws(FolioReadError<ReadError>) {
      try folios.need(range, from: &source)
      return nil
    } catch {
      return fail(error)
    }
  }

  mutating func fail(_ error: FolioReadError<ReadError>) -> DirectoryDamage {
    endBlock()
    return DirectoryDamage(kind: .unreadable(error), block: region.place.block)
  }

  mutating func endBlock() {
    endFolio()
    phase = .run
  }

  /// Ends the block of which there is one, with what was counted in it.
  mutating func endFolio() {
    folios.tally = position.tally
    folios.end()
  }

  var checksChecksums: Bool { options.checksums == .checked && volume.superblock.hasChecksums }

  var checksumDamage: DirectoryDamage? {
    guard checksChecksums, let directory = current?.inode,
      !volume.hasRightChecksum(folios.bytes, of: directory)
    else { return nil }
    return DirectoryDamage(kind: .wrongChecksum, block: region.place.block)
  }
}
