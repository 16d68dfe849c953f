extension RecordFormat {
  /// The first offset behind `damage`, a multiple of 4, from which records that keep every rule run to the
  /// block's end; nil where there is none.
  ///
  /// The offset that the damaged record itself points to is tried first, if its length is legal: then only
  /// what it says of its inode is wrong. No kernel does this: ext2 gives up the folio, ext4 the block.
  ///
  /// - Parameter bytes: the whole block.
  /// - Complexity: a quarter of the block's size steps, and as many bits of memory.
  public func wayBack(in bytes: RawSpan, after damage: RecordDamage) -> Int? {
    let firstCandidate = (damage.record.offset & ~3) + 4
    guard bytes.byteCount >= blockSize, firstCandidate < blockSize else { return nil }

    // From the back: a record is on a way to the end if what it points to is.
    var reachesEnd = [Bool](repeating: false, count: blockSize / 4 + 1)
    reachesEnd[blockSize / 4] = blockSize % 4 == 0
    var best: Int?
    var offset = (blockSize - Record.leastByteCount) & ~3
    while offset >= firstCandidate {
      let record = record(at: offset, in: bytes)
      if brokenRule(by: record) == nil, reachesEnd[record.end / 4] {
        reachesEnd[offset / 4] = true
        best = offset
      }
      offset -= 4
    }
    if damage.rule == .inodeOutOfBounds, reachesEnd[damage.record.end / 4], damage.record.end < blockSize {
      return damage.record.end
    }
    return best
  }
}
