import FolioCore

/// Bytes in memory.
struct MemorySource: ByteSource {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var byteCount: UInt64 { UInt64(bytes.count) }

  func read(into destination: inout MutableRawSpan, at position: UInt64) throws(ReadError) {
    try checkBounds(destination.byteCount, at: position)
    let start = Int(position)
    unsafe destination.withUnsafeMutableBytes { destination in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe destination.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + destination.count]))
      }
    }
  }
}
