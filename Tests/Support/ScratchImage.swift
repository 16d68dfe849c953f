import Basics
import ExtVolume
import FolioCore
import Foundation
import SystemPackage
import Testing

/// A file system made by mke2fs for one test, to be broken by hand. Without checksums, which would notice.
final class ScratchImage: Sendable {
  let directory: ScratchDirectory
  let blockSize: Int
  var path: FilePath { directory.path.appending("image.img") }

  /// - Parameters:
  ///   - tree: paths of files to make, empty, with the directories they stand in; one that ends in `/` is a directory.
  ///   - options: more arguments for mke2fs.
  ///   - blocks: how many blocks there are; nil for enough.
  ///   - type: the kind of file system that mke2fs makes without such options.
  init(
    blockSize: Int, type: String = "ext2", tree: [String] = [],
    options: [String] = ["-O", "^metadata_csum,^64bit,^dir_index"],
    blocks: Int? = nil
  ) async throws {
    directory = try ScratchDirectory()
    self.blockSize = blockSize
    let source = directory.path.appending("tree")
    try FileManager.default.createDirectory(atPath: source.string, withIntermediateDirectories: true)
    for path in tree {
      let full = source.string + "/" + path
      let parent = path.hasSuffix("/") ? full : FilePath(full).removingLastComponent().string
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      if !path.hasSuffix("/") { try #require(FileManager.default.createFile(atPath: full, contents: nil)) }
    }
    // A size for any block size: enough blocks for a few directories.
    let blocks = blocks ?? max(256, 4 * tree.count)
    let made = try await Command.run(
      "mke2fs",
      [
        "-q", "-F", "-t", type, "-b", "\(blockSize)", "-N", "\(max(128, tree.count + 64))", "-d",
        source.string,
      ]
        + options + [path.string, "\(blocks)"])
    try #require(made.status == 0, "\(made.messages)")
  }

  private init(copying path: FilePath, blockSize: Int) async throws {
    directory = try ScratchDirectory()
    self.blockSize = blockSize
    let copied = try await Command.run(
      "cp", ["--sparse=always", path.string, directory.path.appending("image.img").string])
    try #require(copied.status == 0, "\(copied.messages)")
  }

  /// The bytes of the image as they are now, in memory.
  func source() throws -> MemorySource { MemorySource(try readFile(path)) }

  /// An image of its own, as this one is now.
  func copy() async throws -> ScratchImage {
    try await ScratchImage(copying: path, blockSize: blockSize)
  }

  /// Runs a command of debugfs that changes the image.
  func debugfs(_ request: String) async throws {
    let finished = try await Command.run("debugfs", ["-w", "-R", request, path.string])
    try #require(finished.status == 0, "\(finished.messages)")
  }

  /// Where the blocks of a directory are, in bytes.
  func positions(ofDirectory inode: InodeNumber) throws -> [Int] {
    try Ext2fsOracle(path.string).blocks(of: inode).map { Int($0.number) * blockSize }
  }

  /// Where the entry called `name` has its record, in bytes from the start of the image.
  func position(ofEntry name: String, in directory: InodeNumber) throws -> Int {
    let oracle = try Ext2fsOracle(path.string)
    let entry = try #require(try oracle.entries(of: directory).first { $0.name == Array(name.utf8) })
    for (number, bytes) in try oracle.blocks(of: directory) {
      let at = entry.offset
      if bytes.count > at + 8 + entry.name.count,
        Array(bytes[at + 8..<at + 8 + entry.name.count]) == entry.name
      {
        return Int(number) * blockSize + at
      }
    }
    throw Errno.noSuchFileOrDirectory
  }

  /// Where an inode is, in bytes from the start of the image, as debugfs says.
  func position(ofInode inode: InodeNumber) async throws -> Int {
    let words = try await Command.run("debugfs", ["-R", "imap <\(inode)>", path.string]).text
    let match = try #require(words.firstMatch(of: /block (\d+), offset 0x([0-9a-f]+)/), "\(words)")
    return try #require(Int(match.1)) * blockSize + (try #require(Int(match.2, radix: 16)))
  }

  func inode(of name: String, in directory: InodeNumber = 2) throws -> InodeNumber {
    try #require(try Ext2fsOracle(path.string).entries(of: directory).first { $0.name == Array(name.utf8) })
      .inode
  }

  /// Overwrites bytes of the image.
  func patch(at position: Int, _ bytes: [UInt8]) throws {
    let file = try FileDescriptor.open(path, .readWrite)
    _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: Int64(position), bytes) }
  }

  /// Overwrites a little-endian integer.
  func patch(at position: Int, _ value: some FixedWidthInteger) throws {
    try patch(at: position, (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  /// Overwrites a little-endian number.
  func patch(at position: Int, _ number: some Ordinal) throws { try patch(at: position, number.rawValue) }

  /// Lists everything, as JSON.
  func list(_ arguments: [String] = ["-RU"]) async throws -> (entries: [ListedEntry], finished: Finished) {
    try await ListedEntry.list(arguments + [path.string])
  }
}
