import ExtVolume
import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// Names that are not what they seem: encrypted ones, and those whose case doesn't count.
@Suite struct NamesTests {
  @Test(arguments: [0, 1, 3, 55, 56, 63, 64, 65, 106, 119, 120, 1000])
  func digestsAreThoseOfSha256sum(byteCount: Int) async throws {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let directory = try ScratchDirectory()
    let path = directory.path.appending("bytes")
    try #require(FileManager.default.createFile(atPath: path.string, contents: Data(bytes)))
    let said = try await Command.run("sha256sum", [path.string]).text.prefix(64)
    let found = SHA256.digest(of: bytes).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    #expect(found.joined() == said)
  }

  /// Cipher texts of all lengths are shown in letters, digits, `-` and `_`, and no two alike.
  @Test func shownNamesAreNames() {
    var all: Set<[UInt8]> = []
    for byteCount in 16...255 {
      let name = EncryptedName([UInt8](repeating: 0x2F, count: byteCount))
      #expect(name.shown.count <= 255)
      #expect(String(decoding: name.shown, as: UTF8.self).wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
      all.insert(name.shown)
    }
    #expect(all.count == 240)
  }

  /// What the kernel lists without the key, in JSON with the bytes too, one for each.
  @Test func cipherTextsAreInJSON() async throws {
    let image = Fixture.encrypted.image
    let (entries, _) = try await ListedEntry.list(["-R", image])
    let encrypted = entries.filter { $0.path.hasPrefix("/enc/") }
    try #require(encrypted.count > 1000)
    for entry in encrypted {
      let cipherText = try #require(entry.encryptedNameBytes.map(hexadecimalDecoded))
      #expect(cipherText.count >= 16)
      // Eight bytes of hashes, and then the bytes themselves, as far as they are shown.
      let digits = entry.name.replacing("-", with: "+").replacing("_", with: "/")
      let padded = digits + String(repeating: "=", count: (4 - digits.count % 4) % 4)
      let shown = [UInt8](try #require(Data(base64Encoded: padded)))
      #expect(Array(shown.dropFirst(8).prefix(149)) == Array(cipherText.prefix(149)))
    }
    #expect(entries.filter { !$0.path.hasPrefix("/enc/") }.allSatisfy { $0.encryptedNameBytes == nil })
    let unsorted = try await ListedEntry.list(["-RU", image]).entries
    #expect(
      Dictionary(grouping: unsorted, by: \.path).mapValues { $0.map(\.encryptedNameBytes) }
        == Dictionary(grouping: entries, by: \.path).mapValues { $0.map(\.encryptedNameBytes) })
    // One piece a name, whatever bytes names have.
    let pieces = try await Command.ext2walk(["ls", "-0", image, "/enc"]).output.split(separator: 0)
    #expect(
      pieces.count == entries.count { $0.path.split(separator: "/").count == 2 && $0.path.hasPrefix("/enc") })
  }

  /// A path by the names that are shown leads where it should.
  @Test func shownNamesArePaths() async throws {
    let image = Fixture.encrypted.image
    let (entries, _) = try await ListedEntry.list(["-R", image])
    let below = try #require(
      entries.first { $0.path.split(separator: "/").count == 3 && $0.path.hasPrefix("/enc/") })
    let found = try await ListedEntry.list([image, below.path]).entries
    #expect(found.map(\.inode) == [below.inode])
  }

  /// A directory that says it is encrypted, and isn't.
  @Test func namesTooShortForCipherTextsAreSaidAndListed() async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["d/one", "d/a-name-of-sixteen-bytes-and-more", "e/x"])
    try await image.debugfs("set_inode_field /d flags 0x800")
    let (entries, finished) = try await image.list()
    #expect(finished.status == 1)
    #expect(entries.contains { $0.path == "/d/one" })
    #expect(entries.count { $0.path.hasPrefix("/d/") } == 2)
    #expect(finished.messages.contains("\"one\": 3 bytes are too few for an encrypted name"))
    #expect(
      try await E2fsck.check(image.path.string).output.contains(
        "has encrypt flag but no encryption extended attribute"))
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.brokenRules == ["encrypted-name-too-short", "encryption-policy"])
  }

  /// What `e2fsck -fn` says of files that don't fit their encrypted directory, to the inode.
  @Test func policiesAreJudgedAsE2fsckDoes() async throws {
    let directory = try ScratchDirectory()
    let image = directory.path.appending("image.img").string
    try #require(try await Command.run("cp", [Fixture.encrypted.image, image]).status == 0)
    let (entries, _) = try await ListedEntry.list(["-R", image])
    let files = entries.filter { $0.path.hasPrefix("/enc/") && $0.type == "regular" }.map(\.inode)
    let other = try #require(entries.first { $0.path.hasPrefix("/enc/") && $0.type == "symlink" }?.inode)
    for request in [
      // Not encrypted; without a context; with one that is none, or another's.
      "set_inode_field <\(files[3])> flags 0", "ea_rm <\(files[5])> c",
      "set_inode_field <\(other)> flags 0",
    ] {
      _ = try await Command.run("debugfs", ["-w", "-R", request, image])
    }
    let e2fsck = try await E2fsck.check(image)
    let said = Set(
      e2fsck.output.matches(of: /references (?:unencrypted )?inode (\d+)/).compactMap { Int($0.1) })
    #expect(!said.isEmpty)
    let verified = try await VerifiedImage.verify(image)
    let found = verified.errors.filter { $0.rule == "encryption-policy" }.compactMap { finding in
      finding.found?.firstMatch(of: /inode (\d+)/).flatMap { Int($0.1) }
    }
    #expect(Set(found) == said, "\(e2fsck.output)")
  }

  /// Names of a casefolded directory: one that its encoding doesn't have, and two that only differ in case.
  @Test(arguments: [false, true])
  func namesOfCasefoldedDirectoriesAreJudgedAsE2fsckDoes(isStrict: Bool) async throws {
    let image = try await ScratchImage(
      blockSize: 4096, type: "ext4", tree: ["d/plain", "d/\u{C4}pfel", "d/other-name", "d/four"],
      options: [
        "-O", "casefold,^metadata_csum,^dir_index", "-E",
        "encoding=utf8" + (isStrict ? ",encoding_flags=strict" : ""),
      ])
    let d = try image.d
    try await image.debugfs("set_inode_field /d flags 0x40080000")
    #expect(try await VerifiedImage.verify(image.path.string).errors.isEmpty)
    // The same but for its case, in bytes of other lengths, too.
    try await image.debugfs("ln /d/four /d/PLAIN")
    try await image.debugfs("ln /d/four /d/\u{E4}PFEL")
    try await image.debugfs("set_inode_field /d/four links_count 3")
    try image.patch(at: image.position(ofEntry: "other-name", in: d) + 8, [0xFF])
    let e2fsck = try await E2fsck.check(image.path.string).output
    #expect(e2fsck.contains("illegal UTF-8") == isStrict, "\(e2fsck)")
    let verified = try await VerifiedImage.verify(image.path.string)
    let expected: Set<String> = isStrict ? ["name-twice", "name-not-in-encoding"] : ["name-twice"]
    #expect(verified.brokenRules == expected, "\(verified.finished.text)")
    let twice = verified.errors.filter { $0.rule == "name-twice" }
    #expect(twice.count == 2)
    #expect(twice.allSatisfy { $0.found?.contains("the encoding folds it to the same as") == true })
    // In a directory that doesn't fold names they are others.
    try await image.debugfs("set_inode_field /d flags 0x80000")
    #expect(try await VerifiedImage.verify(image.path.string).errors.isEmpty)
  }
}
