import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// `verify` never writes to an image, whatever it finds and however it ends.
@Suite struct VerifyReadOnlyTests {
  private func digest(_ image: String) async throws -> Substring {
    let finished = try await Command.run("sha256sum", [image])
    try #require(finished.status == 0)
    return finished.text.prefix(64)
  }

  @Test(arguments: ["ppc64-ext2drv-64k-lost", "ppc64-ext3-64k-dirty-journal", "ppc64-ext4-64k-htree"])
  func fixturesStayAsTheyAre(fixture: String) async throws {
    let image = Fixture(name: fixture).image
    let before = try await digest(image)
    _ = try await Command.ext2walk(["verify", "--thorough", "--mappings", image])
    #expect(try await digest(image) == before)
  }

  @Test func damagedImagesStayAsTheyAre() async throws {
    for broken in Break.all.prefix(12) {
      let image = try await broken.brokenImage(blockSize: broken.blockSizes[0])
      let before = try await digest(image.path.string)
      _ = try await Command.ext2walk(["verify", image.path.string])
      #expect(try await digest(image.path.string) == before, "\(broken.rule)")
    }
  }

  /// Whether it was still running or had ended before the signal came.
  @Test(arguments: ["INT", "TERM", "KILL"])
  func anInterruptLeavesNothingBehind(signal: String) async throws {
    let image = try await ScratchImage.crowded(.directories, count: 20000)
    let before = try await digest(image.path.string)
    var wasInterrupted = false
    for delay in ["0.02", "0.1", "0.3"] {
      let finished = try await Command.run(
        "timeout", ["-s", signal, delay, Command.tool.string, "verify", image.path.string])
      // 124: timeout ended it; 137: by SIGKILL, which ends timeout's own status too.
      wasInterrupted = wasInterrupted || [124, 137, -9].contains(finished.status)
      #expect(try await digest(image.path.string) == before)
    }
    #expect(wasInterrupted, "the image is too small to interrupt anything")
    let left = try FileManager.default.contentsOfDirectory(atPath: image.directory.path.string)
    #expect(Set(left) == ["image.img", "tree"])
  }
}
