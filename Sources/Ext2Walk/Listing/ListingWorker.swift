import ExtVolume
import FolioCore
import TextOutput

/// Lists directories on one thread.
struct ListingWorker: WalkWorker, ~Copyable {
  private let volume: Volume
  private var reader: DirectoryReader
  private var inodes: InodeTable
  private var listing: Listing

  init(
    _ volume: Volume, reading: ReadingOptions, options: ListingOptions, format: Listing.Format
  ) throws(VolumeError) {
    reader = try DirectoryReader(volume, options: reading)
    self.volume = volume
    inodes = InodeTable(volume)
    listing = Listing(volume, options: options, format: format)
  }

  /// A line for each mapping made so far.
  var account: [(line: MappingLine, path: [UInt8])] { reader.account }

  mutating func isInMemory(_ directory: FoundDirectory) -> Bool {
    volume.isInMemory(directory: directory.inode, inodes: &inodes)
  }

  mutating func begin(_ directory: FoundDirectory, to output: inout ByteBuffer) {
    reader.begin(directory, inodes: &inodes)
    listing.begin(directory, to: &output)
  }

  /// Begins to list things by their own paths.
  mutating func begin(alone items: [ResolvedPath], to output: inout ByteBuffer) {
    listing.begin(alone: items, inodes: &inodes, to: &output)
  }

  mutating func goOn(to output: inout ByteBuffer, limit: Int) -> WalkFindings? {
    listing.goOn(&reader, inodes: &inodes, to: &output, limit: limit)
  }
}
