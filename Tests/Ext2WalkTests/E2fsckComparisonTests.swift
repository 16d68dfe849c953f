import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// `verify` against `e2fsck -fn`, on images broken by chance: where one complains about a directory, so does the other.
///
/// `make compare-e2fsck` runs many more of these than the tests do. docs/verify.md lists the differences that remain.
@Suite struct E2fsckComparisonTests {
  /// What the images are like that are broken.
  struct Kind: Sendable, CustomTestStringConvertible {
    let blockSize: Int
    let features: String
    let isHashed: Bool

    var testDescription: String { "\(blockSize) \(features)\(isHashed ? " hashed" : "")" }

    func make() async throws -> ScratchImage {
      let long = String(repeating: "n", count: isHashed ? 200 : 20)
      let count = isHashed ? (blockSize == 65536 ? 400 : 100) : 30
      let tree =
        (0..<count).map { "d/\(1000 + $0)\(long)" }
        + ["e/other", "e/sub/deep", "e/sub/more/file", "f/one", "f/two", "f/.hidden"]
      // The same image each time, for the same breaks.
      let same = [
        "-U", "01234567-89ab-4def-8123-456789abcdef", "-E", "hash_seed=01234567-89ab-4def-8123-456789abcdef",
      ]
      let image = try await ScratchImage(blockSize: blockSize, tree: tree, options: ["-O", features] + same)
      if isHashed {
        let finished = try await Command.run("e2fsck", ["-fyD", image.path.string])
        try #require(finished.status <= 1, "\(finished.text)")
      }
      return image
    }
  }

  static let kinds = [
    Kind(blockSize: 1024, features: "^metadata_csum,^64bit,^dir_index", isHashed: false),
    Kind(blockSize: 2048, features: "^metadata_csum,^64bit,^dir_index,^filetype", isHashed: false),
    Kind(blockSize: 4096, features: "^metadata_csum,^64bit,dir_index,extent", isHashed: true),
    Kind(blockSize: 8192, features: "^metadata_csum,^64bit,^dir_index,extent", isHashed: false),
    Kind(blockSize: 16384, features: "^metadata_csum,^64bit,dir_index", isHashed: true),
    Kind(blockSize: 65536, features: "^metadata_csum,^64bit,^dir_index", isHashed: false),
    Kind(blockSize: 65536, features: "^metadata_csum,^64bit,dir_index,extent", isHashed: true),
    Kind(blockSize: 4096, features: "^metadata_csum,^64bit,^dir_index,extent,inline_data", isHashed: false),
    Kind(blockSize: 65536, features: "metadata_csum,64bit,dir_index,extent", isHashed: true),
  ]

  /// How many breaks of each kind there are.
  static let breakCount = number("EXT2WALK_BREAKS").map { ($0 + kinds.count - 1) / kinds.count } ?? 6

  /// The same seed gives the same breaks.
  static let seed = number("EXT2WALK_SEED") ?? 1

  static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  @Test(arguments: kinds.indices)
  func bothComplain(_ index: Int) async throws {
    let kind = Self.kinds[index]
    let good = try await kind.make()
    #expect(try await E2fsck.check(good.path.string).isClean)
    #expect(try await VerifiedImage.verify(good.path.string).errors.isEmpty)
    let targets = try await BreakTargets(good)
    var random = SeededRandom(seed: UInt64(bitPattern: Int64(Self.seed)) << 8 | UInt64(index))
    var tally = ComparisonTally()
    for number in 0..<Self.breakCount {
      let chosen = targets.next(&random)
      let image = try await good.copy()
      for patch in chosen.patches { try image.patch(at: patch.position, patch.bytes) }
      let e2fsck = try await E2fsck.check(image.path.string)
      let verified = try await VerifiedImage.verify(image.path.string)
      let comment =
        "\(kind.testDescription) seed \(Self.seed) #\(number) \(chosen)\n\(e2fsck.output)\n\(verified.finished.text)"
      if e2fsck.complainsAboutDirectories {
        #expect(verified.finished.status == 1 || verified.saysSomething, "\(comment)")
      }
      if verified.finished.status == 1 { #expect(!e2fsck.isClean, "\(comment)") }
      #expect(verified.finished.status <= 1, "\(comment)")
      if let difference = tally.count(e2fsck, verified) {
        print("\(difference): \(kind.testDescription) \(chosen): \(e2fsck.complaints)")
      }
    }
    // What is broken stands in directories: where neither complains of them, one of the two wasn't understood.
    #expect(tally.both > Self.breakCount / 4, "\(kind.testDescription): \(tally)")
    print(
      "compared with e2fsck: seed \(Self.seed), \(Self.breakCount) breaks of \(kind.testDescription): \(tally)"
    )
  }
}
