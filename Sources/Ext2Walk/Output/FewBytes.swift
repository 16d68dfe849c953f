// The copy of names: a call of memmove takes as long as copying most of them, and there is one for each entry.

extension UnsafeMutableRawBufferPointer {
  /// Copies `source` to `offset`, where there must be room for it.
  ///
  /// Up to 32 bytes are copied by two loads and two stores, which overlap where there are fewer than twice their size.
  @inline(__always)
  func copyFewBytes(from source: UnsafeRawBufferPointer, at offset: Int) {
    assert(offset >= 0 && source.count <= count - offset, "a copy that doesn't fit")
    guard source.count > 0, let from = source.baseAddress, let start = baseAddress else { return }
    let target = unsafe start + offset
    switch source.count {
    case 8...16: unsafe target.copyEnds(from: from, source.count, as: UInt64.self)
    case 17...32: unsafe target.copyEnds(from: from, source.count, as: SIMD16<UInt8>.self)
    case 4...7: unsafe target.copyEnds(from: from, source.count, as: UInt32.self)
    default: unsafe target.copyMemory(from: from, byteCount: source.count)
    }
  }
}

extension UnsafeMutableRawPointer {
  /// Copies the first and the last bytes of `count`, as many each as `Piece` has; together they must be all.
  @inline(__always)
  fileprivate func copyEnds<Piece: BitwiseCopyable>(
    from source: UnsafeRawPointer, _ count: Int, as: Piece.Type
  ) {
    let last = count - MemoryLayout<Piece>.size
    let (head, tail) = unsafe (
      source.loadUnaligned(as: Piece.self), source.loadUnaligned(fromByteOffset: last, as: Piece.self)
    )
    unsafe storeBytes(of: head, as: Piece.self)
    unsafe storeBytes(of: tail, toByteOffset: last, as: Piece.self)
  }
}
