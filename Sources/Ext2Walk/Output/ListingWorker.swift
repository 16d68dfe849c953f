import FolioCore
import TextOutput

/// Lists directories on one thread.
struct ListingWorker: WalkWorker, ~Copyable {
  private var walk: TreeWalk
  private var listing: Listing

  init(
    _ volume: Volume, reading: ReadingOptions, options: ListingOptions, format: Listing.Format,
    image: [UInt8],
    sink: any ByteSink
  ) throws(VolumeError) {
    walk = try TreeWalk(volume, options: reading)
    listing = Listing(volume, options: options, format: format, image: image, sink: sink)
  }

  /// A line for each mapping made so far.
  var account: [(line: MappingLine, path: [UInt8])] { walk.account }

  var output: ByteBuffer {
    _read { yield listing.output.buffer }
    _modify {
      yield &listing.output.buffer
      listing.output.startAnew()
    }
  }

  mutating func readAhead(_ directories: [FoundDirectory]) {
    walk.readAhead(directories)
  }

  mutating func read(_ directory: FoundDirectory) throws(OutputError) -> WalkFindings {
    let children = try walk.visit(directory, visitor: &listing)
    return WalkFindings(
      messages: listing.takeMessages(), children: children, entryCount: listing.takeEntryCount())
  }

  /// Lists things by their own paths.
  mutating func listAlone(_ items: [LookedUp]) throws(OutputError) -> WalkFindings {
    try listing.listAlone(items, inodes: &walk.inodes)
    return WalkFindings(messages: listing.takeMessages())
  }
}
