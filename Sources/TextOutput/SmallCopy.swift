// The copy of names: a call of memmove takes as long as copying most of them, and there is one for each entry.

extension UnsafeMutableRawPointer {
  /// Copies `source` to here, where there must be room for it.
  ///
  /// Up to 32 bytes are copied by two loads and two stores, which overlap where there are fewer than twice their size.
  @inlinable
  @inline(__always)
  public func copySmall(from source: UnsafeRawBufferPointer) {
    let count = source.count
    guard count > 0, let start = source.baseAddress else { return }
    if count <= 16 {
      if count >= 8 {
        unsafe copyEnds(from: start, count, as: UInt64.self)
      } else if count >= 4 {
        unsafe copyEnds(from: start, count, as: UInt32.self)
      } else {
        for offset in 0..<count {
          unsafe storeBytes(of: source[offset], toByteOffset: offset, as: UInt8.self)
        }
      }
    } else if count <= 32 {
      unsafe copyEnds(from: start, count, as: SIMD16<UInt8>.self)
    } else {
      unsafe copyMemory(from: start, byteCount: count)
    }
  }

  /// Copies the first and the last bytes of `count`, as many each as `Piece` has; together they must be all.
  @inlinable
  @inline(__always)
  func copyEnds<Piece: BitwiseCopyable>(from source: UnsafeRawPointer, _ count: Int, as: Piece.Type) {
    let last = count &- MemoryLayout<Piece>.size
    let (head, tail) = unsafe (
      source.loadUnaligned(as: Piece.self), source.loadUnaligned(fromByteOffset: last, as: Piece.self)
    )
    unsafe storeBytes(of: head, as: Piece.self)
    unsafe storeBytes(of: tail, toByteOffset: last, as: Piece.self)
  }
}
