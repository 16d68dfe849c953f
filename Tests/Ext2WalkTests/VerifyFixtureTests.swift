import ExtCheck
import Testing

@testable import TestSupport

/// `make verify-fixtures`: what `verify` has to say of each image that a real kernel wrote.
@Suite struct VerifyFixtureTests {
  /// All that is not portable in it, and all that is wrong.
  struct Verdict {
    var portability: [Rule: Int] = [:]
    var errors: [Rule: Int] = [:]
  }

  static let large = Verdict(portability: [.blockLargerThanPage: 1])

  static let verdicts: [(fixture: String, verdict: Verdict)] = [
    ("ppc64-ext2-1k-big", Verdict()),
    ("ppc64-ext2-4k-big", Verdict()),
    ("ppc64-ext2-16k-big", large),
    ("ppc64-ext2-64k-big", large),
    ("ppc64-ext2-64k-small", large),
    ("ppc64-ext2-64k-span", large),
    // Two directories, each told once.
    ("ppc64-ext2-64k-span-zero", Verdict(portability: [.blockLargerThanPage: 1, .zeroRecordLength: 2])),
    // 600 creates succeeded, and 211 of the names were lost by the kernel.
    (
      "ppc64-ext2drv-64k-lost",
      Verdict(portability: [.blockLargerThanPage: 1], errors: [.inodeUnattached: 211])
    ),
    ("ppc64-ext2drv-64k-oneblock", large),
    ("ppc64-ext2drv-64k-small", large),
    ("ppc64-ext2fix-64k-big", large),
    ("ppc64-ext3-64k-dirty-journal", large),
    ("ppc64-ext4-64k-htree", large),
    ("ppc64-ext4-64k-inline", large),
    ("lbs-ext2-32k-rev0", large),
    ("lbs-ext2-64k-span", large),
    ("lbs-ext4-1k-encrypt", Verdict()),
    ("lbs-ext4-32k-inlinebig", large),
    ("lbs-ext4-64k-casefold2", large),
    ("lbs-ext4-64k-fastcommit", large),
    ("lbs-ext4-64k-verity", large),
    ("lbs-ext4-8k-htree", large),
  ]

  @Test func eachFixtureHasAVerdict() {
    #expect(Set(Self.verdicts.map(\.fixture)) == Set(Fixture.all.map(\.name)))
  }

  @Test(arguments: verdicts)
  func eachFixtureIsAsExpected(fixture: String, verdict: Verdict) async throws {
    let image = Fixture(name: fixture).image
    let verified = try await VerifiedImage.verify(image, ["--thorough"])
    let found = Dictionary(grouping: verified.findings) { $0.rule ?? "" }.mapValues(\.count)
    let expected = verdict.portability.merging(verdict.errors) { $0 + $1 }
    let named = Dictionary(uniqueKeysWithValues: expected.map { ($0.key.rawValue, $0.value) })
    #expect(found == named, "\(verified.finished.text.suffix(2000))")
    #expect(verified.finished.status == (verdict.errors.isEmpty ? 0 : 1))
    #expect(verified.summary.errors == verdict.errors.values.reduce(0, +))
    #expect(verified.summary.blocksComparedByWays == verified.summary.blocks)
    #expect(verified.summary.blocksComparedByLibext2fs == verified.summary.blocks)
    let strict = try await Command.ext2walk(["verify", "-q", "--strict", image])
    #expect(strict.status == (expected.isEmpty ? 0 : 1))
  }

  /// e2fsck agrees on which fixtures have damaged directories, and to the inode which inodes hang in the air.
  @Test(arguments: Fixture.all)
  func e2fsckNamesTheSameUnattachedInodes(_ fixture: Fixture) async throws {
    let verified = try await VerifiedImage.verify(fixture.image)
    let e2fsck = try await E2fsck.check(fixture.image)
    let theirs = e2fsck.output.matches(of: /Unattached (?:zero-length )?inode (\d+)/).compactMap {
      Int($0.1)
    }
    let ours = verified.errors.compactMap(\.inode)
    #expect(Set(theirs) == Set(ours))
    #expect(e2fsck.complainsAboutDirectories == !ours.isEmpty, "\(e2fsck.output.prefix(2000))")
  }
}
