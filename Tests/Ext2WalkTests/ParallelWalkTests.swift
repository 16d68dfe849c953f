import Basics
import SystemPackage
import Testing

@testable import TestSupport

/// A walk on several threads writes what a walk on one does. `--mappings` is what asks for one.
@Suite struct ParallelWalkTests {
  /// Enough directories for all threads, large and small, deep and flat.
  private static func image() async throws -> ScratchImage {
    let flat = (100..<260).flatMap { top in
      (0..<3 + top % 7).map { "flat/\(top)/file-\($0)-" + String(repeating: "n", count: top % 90) }
    }
    let deep = (0..<40).map { depth in (0...depth).map { "d\($0)" }.joined(separator: "/") + "/leaf" }
    let nested = (0..<9).flatMap { a in (0..<9).map { b in "nested/\(a)/\(b)/x/y" } }
    return try await ScratchImage(
      blockSize: 1024, tree: flat + deep + nested,
      options: ["-O", "^metadata_csum,^64bit,^dir_index", "-N", "4096"], blocks: 16384)
  }

  static let arguments = [
    ["-RU"], ["-R"], ["-RU", "--format", "ndjson"], ["-RA", "--format", "json"], ["-lRF"], ["-R0S"],
    ["-Rr", "--format", "json", "-l"],
  ]

  @Test func outputIsThatOfOneThread() async throws {
    let image = try await Self.image()
    for arguments in Self.arguments {
      let one = try await Command.ext2walk(["ls", "--mappings"] + arguments + [image.path.string])
      let many = try await Command.ext2walk(["ls"] + arguments + [image.path.string])
      #expect(many.output == one.output, "\(arguments)")
      #expect(many.status == 0 && many.messages.isEmpty)
      #expect(one.output.count > 10_000)
    }
  }

  /// On a terminal each directory has a heading, and a blank line before it.
  @Test func headingsAreThoseOfOneThread() async throws {
    let image = try await Self.image()
    func run(_ options: String) async throws -> String {
      let script = "script -qec \"$1 ls -R1 \(options) $2 2>/dev/null\" /dev/null"
      return try await Command.script(script, [image.path.string]).text
    }
    let many = try await run("")
    #expect(many == (try await run("--mappings")))
    #expect(many.hasPrefix("/:\r\n"))
    #expect(many.contains("\r\n\r\n/flat/100:\r\nfile-0-"))
  }

  /// Directories with several names, and one that is in itself: which name counts, and what is said, in what order.
  @Test func secondNamesAreThoseOfOneThread() async throws {
    let image = try await Self.image()
    for number in 0..<40 {
      try await image.debugfs("ln /flat/\(100 + number) /nested/\(number % 9)/again-\(number)")
    }
    try await image.debugfs("ln /nested /nested/3/4/x/loop")
    try await image.debugfs("ln /d0 /d0/d1/d2/d3/up")
    let one = try await Command.ext2walk(["ls", "-RU", "--mappings", image.path.string])
    for _ in 0..<10 {
      let many = try await Command.ext2walk(["ls", "-RU", image.path.string])
      #expect(many.output == one.output)
      #expect(one.messages.hasPrefix(many.messages))
      #expect(many.messages.split(separator: "\n").count == 42, "\(many.messages)")
      #expect(many.status == 1 && one.status == 1)
    }
  }

  @Test func damageIsSaidInTheOrderOfOneThread() async throws {
    let image = try await Self.image()
    for top in stride(from: 100, to: 260, by: 5) {
      let flat = try image.inode(of: "flat")
      let directory = try image.inode(of: "\(top)", in: flat)
      try image.patch(at: try image.positions(ofDirectory: directory)[0] + 24 + 4, UInt16(2))
    }
    let one = try await Command.ext2walk(["ls", "-R", "--mappings", image.path.string])
    let many = try await Command.ext2walk(["ls", "-R", image.path.string])
    #expect(many.output == one.output)
    #expect(one.messages.hasPrefix(many.messages))
    #expect(many.messages.split(separator: "\n").count >= 32)
  }

  /// A directory of much output stands after one with a directory in it, and is read together with that: its turn
  /// comes only after something that the same thread has to read.
  @Test(arguments: [["-RU"], ["-lR", "--format", "json"], ["-R", "--mappings"]])
  func largeDirectoriesWaitForNobody(_ arguments: [String]) async throws {
    let long = String(repeating: "n", count: 200)
    let small = (0..<12).map { "home/u\($0)/docs/note" }
    let large = stride(from: 1, to: 12, by: 4).flatMap { user in
      (1000..<2700).map { "home/u\(user)/\($0)\(long)" }
    }
    let image = try await ScratchImage(
      blockSize: 4096, tree: small + large,
      options: ["-O", "^metadata_csum,^64bit,^dir_index", "-N", "8192"], blocks: 8192)
    // Counted by the shell: a test that is slow to read must not look like a walk that hangs.
    let finished = try await Command.script(
      "timeout 120 \"$1\" ls \(arguments.joined(separator: " ")) \"$2\" 2>/dev/null | grep -c nnnnnnnn; echo ${PIPESTATUS[0]}",
      [image.path.string])
    #expect(finished.lines == ["\(3 * 1700)", "0"])
  }

  @Test func aReaderThatHasEnoughEndsIt() async throws {
    let image = try await Self.image()
    let finished = try await Command.script(
      "\"$1\" ls -RU \"$2\" | head -n 1; echo ${PIPESTATUS[0]}", [image.path.string])
    #expect(finished.lines.last == "0")
    #expect(finished.messages.isEmpty)
  }

  @Test func aFullDeviceIsSaid() async throws {
    let image = try await Self.image()
    let finished = try await Command.script("\"$1\" ls -RU \"$2\" >/dev/full", [image.path.string])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("No space left on device"))
  }

  /// A record may say nothing of the type, also where the file system records types.
  @Test(arguments: [["-RU"], ["-R"]])
  func directoriesOfNoRecordedTypeAreWalked(_ arguments: [String]) async throws {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/inside", "b/other"])
    try image.patch(at: try image.position(ofEntry: "a", in: 2) + 7, UInt8(0))
    let finished = try await Command.ext2walk(["ls"] + arguments + [image.path.string])
    #expect(finished.lines.contains("/a/inside") && finished.lines.contains("/b/other"))
    #expect(finished.status == 0)
  }
}
