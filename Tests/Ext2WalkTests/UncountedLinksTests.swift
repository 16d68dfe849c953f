import ExtVolume
import SystemPackage
import Testing

@testable import TestSupport

/// A directory's links may be 1 for too many to count, and stay so; e2fsck is the judge of where.
@Suite struct UncountedLinksTests {
  /// 65,002 links are more than a count holds, whatever it says; what is right is 1.
  @Test func moreLinksThanACountHoldsAreOne() async throws {
    let image = try await ScratchImage.crowded(.directories, count: 65000)
    #expect(try await VerifiedImage.verify(image.path.string).errors.isEmpty)
    try await image.debugfs("set_inode_field /d links_count 466")
    let d = try image.d
    #expect(
      try await E2fsck.check(image.path.string).output.contains("Inode \(d) ref count is 466, should be 1."))
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(
      verified.errors.map { "\($0.rule ?? "") \($0.inode ?? 0) \($0.found ?? "")" }
        == ["wrong-link-count \(d) 466 links, should be 1"])
  }

  @Test(arguments: ["dir_index", "^dir_index", "dir_index,dir_nlink", "^dir_index,dir_nlink"], ["/d", "/e"])
  func oneLinkIsJudgedAsE2fsckDoes(features: String, directory: String) async throws {
    let files = (100..<300).map { "d/\($0)-" + String(repeating: "n", count: 80) }
    let image = try await ScratchImage(
      blockSize: 1024, tree: files + ["d/sub/", "e/one"],
      options: ["-O", "^metadata_csum,^64bit," + features])
    let hashed = try await Command.run("e2fsck", ["-fyD", image.path.string])
    try #require(hashed.status <= 1)
    try await image.debugfs("set_inode_field \(directory) links_count 1")
    let e2fsck = try await E2fsck.check(image.path.string)
    let isHashed = directory == "/d" && features.hasPrefix("dir_index")
    #expect(e2fsck.isClean == isHashed, "\(e2fsck.output)")
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.brokenRules == (isHashed ? [] : ["wrong-link-count"]), "\(verified.finished.text)")
  }
}
