import Basics
import ExtVolume
import FolioCore
import SystemPackage
import Testing
import TextOutput

@testable import Ext2Walk
@testable import TestSupport

/// A listing gives as much at a time as its caller asks for.
@Suite struct ListingPiecesTests {
  /// The pieces of a directory's listing, and all of it at once.
  private func pieces(
    _ image: ScratchImage, order: EntryTable.Order?, limit: Int
  ) throws -> (pieces: [[UInt8]], whole: [UInt8], entryCount: Int) {
    let volume = try Volume(
      at: try #require(ImageLocation(argument: Array(image.path.string.utf8), offset: nil)))
    let directory = FoundDirectory(inode: try image.inode(of: "d"), path: Array("/d".utf8))
    var options = ListingOptions()
    options.order = order
    func read(limit: Int) throws -> ([[UInt8]], Int) {
      var worker = try ListingWorker(
        volume, reading: ReadingOptions(), options: options,
        format: .json(JSONListing(isArray: false, isLong: false)))
      var pieces: [[UInt8]] = []
      var output = ByteBuffer()
      worker.begin(directory, to: &output)
      while true {
        let findings = worker.goOn(to: &output, limit: limit)
        pieces.append([UInt8](copying: output.bytes))
        output.removeAll()
        if let findings { return (pieces, findings.entryCount) }
      }
    }
    let (pieces, entryCount) = try read(limit: limit)
    let (whole, _) = try read(limit: .max)
    return (pieces, Array(whole.joined()), entryCount)
  }

  /// Nothing is twice or missing where a piece ends, in plain and in encrypted directories, sorted or not.
  @Test(arguments: [false, true], [nil, EntryTable.Order.name])
  func piecesAreTheWhole(isEncrypted: Bool, order: EntryTable.Order?) async throws {
    let names = (100..<700).map { "d/a-name-of-more-than-16-bytes-\($0)" }
    let image = try await ScratchImage(blockSize: 4096, tree: names)
    if isEncrypted { try await image.debugfs("set_inode_field /d flags 0x800") }
    for limit in [1, 1000, 65536] {
      let (pieces, whole, entryCount) = try pieces(image, order: order, limit: limit)
      #expect(Array(pieces.joined()) == whole && entryCount == 602)
      #expect(whole.count { $0 == UInt8(ascii: "\n") } == 600)
      #expect(pieces.count >= (limit == 1 ? 600 : whole.count / (limit + 1000)))
      // A piece is no longer than its limit and one entry more.
      #expect(pieces.allSatisfy { $0.count < limit + 600 }, "\(pieces.map(\.count).max() ?? 0)")
    }
  }
}
