/// Where the line between low and high memory is.
///
/// Mirrors `CONFIG_HIGHMEM`: on 32-bit machines the kernel's own addresses don't reach all memory.
public enum MemoryModel: String, CaseIterable, Sendable {
  /// All frames lie below the line: each has a permanent address, as on 64-bit machines.
  case direct
  /// All frames lie above the line: a frame has an address only while somebody maps it.
  case high
}

/// In which order an arena hands out frames.
public enum FrameOrder: Hashable, Sendable {
  /// The frames of a folio are neighbours, as a kernel allocates folios.
  case inOrder
  /// No two frames of a folio that follow each other are neighbours, so that it is contiguous only when it is
  /// mapped contiguously. The same seed gives the same order.
  case scattered(seed: UInt64)
}
