extension RecordFormat {
  /// Where to go on after `damage`: an offset, a multiple of 4, from which records that keep every rule run to the
  /// block's end; nil where there is none.
  ///
  /// There may be several, as four bytes of a name or of the space after it can look like the header of a record
  /// that leads back to a real one, over others. Of all that reach the end it is the one on whose way the most
  /// entries lie that could have been made, and the first of those. No kernel does this: ext2 gives up the folio,
  /// ext4 the block.
  ///
  /// - Parameters:
  ///   - bytes: the whole block.
  ///   - damage: what a cursor over it ended at.
  /// - Complexity: a quarter of the block's size steps, and as many words of memory.
  public func resumeOffset(in bytes: RawSpan, after damage: RecordDamage) -> Int? {
    let firstCandidate = (damage.record.offset & ~3) + 4
    guard bytes.byteCount >= blockSize, blockSize % 4 == 0, firstCandidate < blockSize else { return nil }

    // From the back: a record is on a way to the end if what it points to is. How many entries lie on that way;
    // nil where it does not reach the end.
    var entryCounts = [Int?](repeating: nil, count: blockSize / 4 + 1)
    entryCounts[blockSize / 4] = 0
    var best: (offset: Int, entryCount: Int)?
    var offset = blockSize - Record.leastByteCount
    while offset >= firstCandidate {
      let record = record(at: offset, in: bytes)
      if brokenRule(by: record) == nil, let after = entryCounts[record.end / 4] {
        let count = after + (couldBeEntry(record, in: bytes) ? 1 : 0)
        entryCounts[offset / 4] = count
        if count >= best?.entryCount ?? 0 { best = (offset, count) }
      }
      offset -= 4
    }
    return best?.offset
  }

  /// Whether a file system could have made `record` for a file: it has a name, and one that a path can hold.
  private func couldBeEntry(_ record: Record, in bytes: RawSpan) -> Bool {
    guard record.isEntry, record.nameLength > 0, FileType(rawValue: record.fileTypeCode) != nil else {
      return false
    }
    return !bytes.extracting(record.nameBytes).holdsNULOrSlash
  }
}
