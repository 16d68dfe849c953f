import SystemPackage
import Testing

@testable import TestSupport

/// File systems that begin further in, where no table says so: `info` finds those near the start, and at mebibytes.
@Suite struct EmbeddedFileSystemTests {
  /// One file with `image` at each of `positions`, and `marks` besides.
  private func file(
    _ image: ScratchImage, at positions: [Int], marks: [(Int, [UInt8])], byteCount: Int
  ) throws -> String {
    var contents = [UInt8](repeating: 0, count: byteCount)
    let inner = try readFile(image.path)
    for position in positions { contents.replaceSubrange(position..<position + inner.count, with: inner) }
    for (position, bytes) in marks {
      contents.replaceSubrange(position..<position + bytes.count, with: bytes)
    }
    let path = image.directory.path.appending("outer.bin")
    try writeFile(path, contents)
    return path.string
  }

  /// After a phone maker's header; and at a sector that no page or block begins at.
  @Test(arguments: [131072, 512, 63 * 512, 4 << 20, 5 << 20]) func afterAHeader(_ position: Int) async throws
  {
    let image = try await ScratchImage(blockSize: 1024, tree: ["app/one"], options: ["-L", "system"])
    let outer = try file(
      image, at: [position], marks: [(0, Array("VENDOR 256".utf8) + [0xFF])], byteCount: 7 << 20)
    let finished = try await Command.ext2walk(["info", outer])
    #expect(finished.status == 2)
    let words = try #require(
      finished.messages.firstMatch(of: /ext2 "system" begins at byte (\d+) \(ext2walk (.*?)\)\n/),
      "\(finished.messages)")
    #expect(Int(words.1) == position)
    #expect(try await Command.script("\"$1\" \(words.2)", []).lines == ["app", "lost+found"])
    let listed = try await Command.ext2walk(["ls", outer])
    #expect(listed.status == 2 && listed.messages.contains("ext2walk info looks for"), "\(listed.messages)")
  }

  @Test func dynamicPartitions() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["app/one"], options: ["-L", "system"])
    let geometry = Array("gDla".utf8) + [0x34, 0, 0, 0]
    let outer = try file(
      image, at: [1 << 20, 6 << 20],
      marks: [(4096, geometry), (8192, geometry), (12288, Array("0PLA".utf8))],
      byteCount: 8 << 20)
    let finished = try await Command.ext2walk(["info", outer])
    #expect(finished.status == 2 && finished.messages.contains("this is an Android super image"))
    let found = finished.messages.matches(of: /begins at byte (\d+) \(ext2walk (.*?)\)/)
    #expect(found.map { Int($0.1) } == [1 << 20, 6 << 20], "\(finished.messages)")
    for each in found {
      #expect(try await Command.script("\"$1\" \(each.2)", []).lines == ["app", "lost+found"])
    }
    #expect(finished.messages.contains("lpunpack \(outer) FOLDER"))
  }

  /// What would reach out of the file, or is a backup, is none.
  @Test func whatIsNone() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: ["app/one"], blocks: 20000)
    let whole = try readFile(image.path)
    let path = image.directory.path.appending("outer.bin")
    for inner in [Array(whole.prefix(1 << 20)), Array(whole[8193 * 1024 - 1024..<8193 * 1024 + (1 << 20)])] {
      try writeFile(path, [UInt8](repeating: 0xFF, count: 4096) + inner)
      let finished = try await Command.ext2walk(["info", path.string])
      #expect(finished.status == 2 && !finished.messages.contains("begins at byte"), "\(finished.messages)")
    }
  }
}
