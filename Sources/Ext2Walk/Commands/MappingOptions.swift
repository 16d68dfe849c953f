public import ArgumentParser
import ExtVolume
public import FolioCore

/// How folios are laid out and mapped: the same for every command that reads directories.
struct MappingOptions: ParsableArguments {
  @Option(help: "Where folios are: direct (no high memory), or high (no permanent addresses).")
  var memory: MemoryModel?

  @Option(help: "Force a way of mapping. The default is the choice of the proposed folio_map_local().")
  var way: MappingWay?

  /// - Parameter isScattered: whether frames are handed out apart, which only high memory can do.
  func readingOptions(isScattered: Bool = false) -> ReadingOptions {
    var options = ReadingOptions()
    options.memory = memory ?? (isScattered ? .high : .direct)
    options.frameOrder = isScattered ? .scattered(seed: 1) : .inOrder
    options.way = way
    return options
  }
}

extension MemoryModel: ExpressibleByArgument {}
extension MappingWay: ExpressibleByArgument {}
