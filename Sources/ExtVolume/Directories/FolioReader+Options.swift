package import FolioCore
import SystemPackage

extension FolioReader {
  /// Arena, mapper and folio for the directory blocks of `volume`.
  package init(_ volume: Volume, options: ReadingOptions) throws(VolumeError) {
    do throws(Errno) {
      try self.init(blockSize: volume.superblock.blockSize.byteCount, options: options)
    } catch {
      throw .failed(error, doing: .makePages)
    }
  }

  private init(blockSize: Int, options: ReadingOptions) throws(Errno) {
    let pageCount = PageSize.host.pageCount(for: blockSize)
    let frameCount = Self.frameCount(forPages: pageCount, options: options)
    let arena = try PageArena(frameCount: frameCount, memory: options.memory, frameOrder: options.frameOrder)
    self.init(
      try Folio(byteCount: blockSize, in: arena), mapper: FolioMapper(arena), way: options.way,
      keepsAccount: options.keepsAccount)
  }

  /// How many frames an arena has for a folio of `pageCount` pages: frames apart take room between them.
  package static func frameCount(forPages pageCount: Int, options: ReadingOptions) -> Int {
    options.frameOrder == .inOrder ? pageCount : 4 * pageCount
  }
}
