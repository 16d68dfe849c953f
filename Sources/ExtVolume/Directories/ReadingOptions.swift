package import FolioCore

/// How directories are read.
package struct ReadingOptions {
  /// Where the frames of folios are.
  package var memory = MemoryModel.direct
  package var frameOrder = FrameOrder.inOrder
  /// Nil for the choice of the proposed `folio_map_local()`.
  package var way: MappingWay?
  package var keepsAccount = false
  /// What is done about the checksums of blocks.
  package var checksums = Checksums.read

  package enum Checksums {
    /// Each is computed, for which all of the block is read.
    case checked
    /// They are records like others.
    case read
    /// Left alone: the pages they stand in hold nothing else most of the time.
    case skipped
  }
  /// Whether entries after a damaged record are looked for.
  var salvages = true

  package init(
    memory: MemoryModel = MemoryModel.direct, frameOrder: FrameOrder = FrameOrder.inOrder,
    way: MappingWay? = nil, keepsAccount: Bool = false, checksums: Checksums = Checksums.read,
    salvages: Bool = true
  ) {
    self.memory = memory
    self.frameOrder = frameOrder
    self.way = way
    self.keepsAccount = keepsAccount
    self.checksums = checksums
    self.salvages = salvages
  }
}
