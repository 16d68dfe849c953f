import SystemPackage
import Testing

@testable import TestSupport

/// A directory that was broken by hand, and what Linux 7.2.13, which decodes `rec_len` by the 64 KiB rule in every block
/// size, said and listed of it: fixtures/README.md.
@Suite struct DamagedFixtureTests {
  private let image = projectRoot.appending("fixtures/unpacked/dmg-span-8192.img").string

  private func lines(_ suffix: String) throws -> [String] {
    let path = projectRoot.appending("fixtures/dmg-span-8192.\(suffix)")
    return String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// What the kernel lists is listed as found; what it doesn't is marked.
  @Test func entriesTheKernelDoesNotListAreSalvaged() async throws {
    let kernel = Set(try lines("rd").compactMap { $0.split(separator: "\t").last.map(String.init) })
    let (entries, finished) = try await ListedEntry.list(["-aU", image, "/span"])
    #expect(finished.status == 1)
    #expect(Set(entries.filter { $0.salvaged != true }.map(\.name)) == kernel)
    let salvaged = entries.filter { $0.salvaged == true }.map(\.name)
    #expect(salvaged.count > 20)
    #expect(kernel.isDisjoint(with: salvaged))
  }

  /// Each place that the kernel complains of is one of ours. It says nothing where it takes 0 or 65535 for a whole block.
  @Test func damageIsWhereTheKernelFindsIt() async throws {
    let kernel = try lines("dmesg").compactMap { line -> String? in
      guard let match = line.firstMatch(of: /block (\d+): .* offset=(\d+)/) else { return nil }
      return "(physical \(match.1)), offset \(match.2):"
    }
    try #require(kernel.count == 4)
    let messages = try await Command.ext2walk(["ls", image, "/span"]).messages
    for place in kernel { #expect(messages.contains(place)) }
    #expect(messages.split(separator: "\n").count == 7)
  }

  /// "directory entry too close to block end" is said of the record that ends there, and no kernel lists that.
  @Test func aRecordTooCloseToTheEndIsSalvaged() async throws {
    let image = try await ScratchImage(blockSize: 1024, tree: (10..<30).map { "d/file-\($0)" })
    let last = try #require(try Ext2fsOracle(image.path.string).entries(of: image.d).last)
    let at = try image.positions(ofDirectory: image.d)[0] + last.offset
    try image.patch(at: at + 4, UInt16(last.recordLength - 8))
    let (entries, finished) = try await image.list(["-U"] + [])
    #expect(finished.status == 0, "the root is as it was")
    #expect(entries.count > 0)
    let (listed, said) = try await ListedEntry.list(["-U", image.path.string, "/d"])
    #expect(said.status == 1)
    #expect(listed.count == 20)
    #expect(listed.filter { $0.salvaged == true }.map(\.wholeName) == [last.name])
    #expect(said.messages.contains("offset \(last.offset): directory entry too close to block end"))
  }
}
