import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// What help says, as it is kept in Snapshots/. `EXT2WALK_RECORD_SNAPSHOTS=1` records it anew.
@Suite struct SnapshotTests {
  @Test(arguments: ["", "ls", "map", "verify", "info"]) func help(command: String) async throws {
    let arguments = (command.isEmpty ? [] : [command]) + ["--help"]
    let finished = try await Command.ext2walk(arguments, environment: ["COLUMNS": "100"])
    #expect(finished.status == 0)
    #expect(finished.messages.isEmpty)
    // Examples come first, and how it ends is said.
    let start = try #require(finished.text.range(of: "Examples:"))
    let usage = try #require(finished.text.range(of: "USAGE:"))
    #expect(start.lowerBound < usage.lowerBound)
    #expect(finished.text.contains("Exit status:") || finished.text.contains("Exit\nstatus:"))

    let name = command.isEmpty ? "help" : "help-\(command)"
    let snapshot = projectRoot.appending("Tests/Ext2WalkTests/Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["EXT2WALK_RECORD_SNAPSHOTS"] != nil {
      try writeFile(snapshot, finished.output)
    }
    let kept = (try? readFile(snapshot)) ?? []
    #expect(
      finished.text == String(decoding: kept, as: UTF8.self),
      "if that is how it should be: EXT2WALK_RECORD_SNAPSHOTS=1 swift test --filter SnapshotTests")
  }
}
