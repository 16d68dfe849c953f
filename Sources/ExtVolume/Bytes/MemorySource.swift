/// Bytes in memory.
package struct MemorySource: ByteSource {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var byteCount: UInt64 { UInt64(bytes.count) }
  package var file: FileSource? { nil }

  package func isInMemory(at position: BytePosition) -> Bool { true }

  package func read(into destination: inout MutableRawSpan, at position: BytePosition) throws(ReadError) {
    try checkBounds(destination.byteCount, at: position)
    let start = Int(position.rawValue)
    unsafe destination.withUnsafeMutableBytes { destination in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe destination.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + destination.count]))
      }
    }
  }
}
