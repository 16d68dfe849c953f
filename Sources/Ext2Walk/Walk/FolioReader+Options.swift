import FolioCore
import SystemPackage

extension FolioReader {
  /// Arena, mapper and folio for blocks of `blockSize` bytes.
  init(blockSize: Int, options: ReadingOptions) throws(Errno) {
    let pageCount = PageSize.host.pageCount(for: blockSize)
    // Frames apart from each other take room between them.
    let frameCount = options.frameOrder == .inOrder ? pageCount : 4 * pageCount
    let arena = try PageArena(frameCount: frameCount, memory: options.memory, frameOrder: options.frameOrder)
    self.init(
      try Folio(byteCount: blockSize, in: arena), mapper: try FolioMapper(arena), way: options.way,
      keepsAccount: options.keepsAccount)
  }
}
