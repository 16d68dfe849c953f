import SystemPackage
import Testing

@testable import TestSupport

/// File systems with features that libext2fs doesn't know.
@Suite struct FeatureReadingTests {
  private static let tree = ["etc/rc", "etc/passwd", "sub/deep/file", "found"]

  /// Directories of old or foreign file systems are listed and checked as if the feature weren't there.
  @Test(arguments: [
    ("compression", "e2compr"), ("dirdata", "Lustre"),
  ]) func readsOn(_ feature: String, _ readers: String) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: Self.tree)
    let before = try await image.list(["-lR"]).entries.map(\.path)
    try await image.debugfs("feature \(feature)")
    let (entries, finished) = try await image.list(["-lR"])
    #expect(finished.status == 0 && entries.map(\.path) == before && before.count >= 7)
    #expect(finished.messages.contains("libext2fs doesn't know its feature \(feature); directories are read"))
    #expect(finished.messages.contains(readers) && !finished.messages.contains("e2fsck"))
    for command in ["verify", "map", "info"] {
      let finished = try await Command.ext2walk([command, image.path.string])
      #expect(finished.status == 0 && finished.messages.contains(feature), "\(finished.messages)")
      #expect(!(finished.text + finished.messages).contains("e2fsck"), "\(finished.text)")
    }
    let (facts, _) = try await ImageFacts.of(image.path.string)
    #expect(facts.refusal == nil && facts.advice == "read it with ext2walk (ext2walk ls \(image.path))")
    #expect(facts.kernels?.allSatisfy { $0.mounts == "no" && $0.reasons[0].contains(feature) } == true)
  }

  /// Records of a Lustre server: a NUL and an identifier of 16 bytes after the name, a flag in the type.
  @Test(arguments: ["found", "sub"]) func dataAfterNames(_ name: String) async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: Self.tree)
    // The last record of a block has room after its name.
    let (entries, _) = try await image.list(["-RA"])
    let last = try #require(entries.filter { $0.directory == 2 }.max { $0.offset < $1.offset })
    // Whichever that is, it takes the name and the inode that are asked for.
    let wanted = try #require(entries.first { $0.path == "/" + name })
    try #require(last.recordLength > 64)
    let position = try await position(of: last, in: image)
    let other = try await self.position(of: wanted, in: image)
    try image.patch(at: other, UInt32(last.inode))
    try image.patch(at: other + 6, [UInt8(last.name.utf8.count)])
    try image.patch(at: other + 7, [last.type == "directory" ? 2 : 1] + Array(last.name.utf8))
    let type: UInt8 = wanted.type == "directory" ? 2 : 1
    let identifier = (0..<16).map { UInt8(0xA0 + $0) }
    try image.patch(at: position, UInt32(wanted.inode))
    try image.patch(
      at: position + 6,
      [UInt8(name.utf8.count), type | 0x10] + Array(name.utf8) + [0, 17] + identifier)
    // Without the feature that type is damage.
    #expect(try await Command.ext2walk(["verify", image.path.string]).status == 1)
    try await image.debugfs("feature dirdata")
    let (listed, finished) = try await image.list(["-lR"])
    #expect(finished.status == 0, "\(finished.messages)")
    #expect(Set(listed.map(\.path)) == Set(entries.map(\.path)))
    #expect(listed.first { $0.path == "/" + name }?.type == wanted.type)
    let verified = try await Command.ext2walk(["verify", "--thorough", image.path.string])
    #expect(verified.status == 0, "\(verified.text)")
    #expect(try await Command.ext2walk(["map", "-R", "--ways", "all", image.path.string]).status == 0)
  }

  private func position(of entry: ListedEntry, in image: ScratchImage) async throws -> Int {
    try #require(entry.physicalBlock) * 1024 + entry.offset
  }

  /// A bit that has no name says nothing of what else it changes: refused, by its name, and not sent to e2fsck.
  @Test func anUnknownOne() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: Self.tree)
    try await image.debugfs("feature FEATURE_I30")
    for command in ["ls", "verify", "map", "info"] {
      let finished = try await Command.ext2walk([command, image.path.string])
      #expect(finished.status == (command == "info" ? 1 : 2))
      #expect(finished.messages.contains("it has the feature FEATURE_I30, which libext2fs doesn't know"))
      #expect(!(finished.text + finished.messages).contains("e2fsck"), "\(finished.text)")
    }
  }
}
