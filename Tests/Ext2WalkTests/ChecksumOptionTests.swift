import FolioCore
import SystemPackage
import Testing

@testable import TestSupport

/// `ls --checksums`.
@Suite struct ChecksumOptionTests {
  @Test func aChecksumIsReadWhereItIsAskedFor() async throws {
    let image = try await ScratchImage(
      blockSize: 65536, tree: ["a", "d/b"], options: ["-O", "metadata_csum,^64bit"])
    let pageCount = 65536 / PageSize.host.byteCount
    let plain = try await Command.ext2walk(["ls", "--mappings", image.path.string, "/d"])
    #expect(plain.messages.contains(" 1/\(pageCount) "), "\(plain.messages)")
    let checked = try await Command.ext2walk(["ls", "--mappings", "--checksums", image.path.string, "/d"])
    #expect(checked.messages.contains(" \(pageCount)/\(pageCount) "), "\(checked.messages)")
    #expect(plain.output == checked.output)
  }
}
