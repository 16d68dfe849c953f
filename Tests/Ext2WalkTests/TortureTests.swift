import Foundation
import SystemPackage
import Testing
import TextOutput

@testable import TestSupport

/// Images of all block sizes and features, broken by chance in several places each, and given to every command as a
/// process that has 5 s and 512 MiB of address space: it ends by itself, and what it prints is valid.
///
/// `make torture` runs many more of these than the tests do.
@Suite struct TortureTests {
  typealias Kind = E2fsckComparisonTests.Kind

  static let kinds =
    E2fsckComparisonTests.kinds + [
      Kind(blockSize: 1024, features: "metadata_csum,64bit,dir_index,extent,large_dir", isHashed: true),
      Kind(blockSize: 2048, features: "metadata_csum,^64bit,^dir_index,extent,inline_data", isHashed: false),
      Kind(blockSize: 32768, features: "^metadata_csum,^64bit,dir_index", isHashed: true),
      Kind(
        blockSize: 65536, features: "^metadata_csum,^64bit,^dir_index,extent,inline_data", isHashed: false),
    ]

  static let imageCount =
    E2fsckComparisonTests.number("EXT2WALK_TORTURE").map { ($0 + kinds.count - 1) / kinds.count } ?? 6

  static let commands = [
    ["ls", "-lR"], ["map", "-R", "--format", "json"], ["verify", "--format", "json"],
    ["info", "--format", "json"],
  ]

  /// Runs all commands in one process after the other; says their exit statuses in a line, and leaves output in files.
  private static let script = """
    ulimit -v 524288; ulimit -c 0; export SWIFT_BACKTRACE=enable=no
    out=$2.out; tool=$1; image=$2
    run() { timeout -k 1 5 "$tool" "$@" "$image" > "$out.$1" 2> "$out.$1.err" < /dev/null; echo $?; }
    run ls -lR; run map -R --format json; run verify --format json; run info --format json
    """

  @Test(arguments: kinds.indices) func everyCommandEndsByItself(_ index: Int) async throws {
    let kind = Self.kinds[index]
    let good = try await kind.make()
    let targets = try await BreakTargets(good)
    let image = try await good.copy()
    let size = Int(try FileManager.default.attributesOfItem(atPath: image.path.string)[.size] as? UInt64 ?? 0)
    var random = SeededRandom(
      seed: UInt64(bitPattern: Int64(E2fsckComparisonTests.seed)) << 8 | UInt64(100 + index))
    var statuses: [Int: Int] = [:]
    for number in 0..<Self.imageCount {
      var patches: [(position: Int, bytes: [UInt8])] = []
      var words: [String] = []
      for _ in 0...random.below(6) {
        let chosen = random.below(5) == 0 ? Self.metadata(kind, &random) : targets.next(&random)
        patches += chosen.patches
        words.append(chosen.description)
      }
      patches.removeAll { $0.position + $0.bytes.count > size }
      for patch in patches { try image.patch(at: patch.position, patch.bytes) }
      let comment = "\(kind.testDescription) seed \(E2fsckComparisonTests.seed) #\(number): \(words)"
      let finished = try await Command.script(Self.script, [image.path.string])
      #expect(finished.lines.count == Self.commands.count, "\(comment)")
      for (command, line) in zip(Self.commands, finished.lines) {
        let status = Int(line) ?? -1
        statuses[status, default: 0] += 1
        // 64 is wrong usage, which no image can cause.
        #expect([0, 1, 2].contains(status), "\(comment): \(command) \(status)")
        let output = try readFile(FilePath(image.path.string + ".out.\(command[0])"))
        let messages = try readFile(FilePath(image.path.string + ".out.\(command[0]).err"))
        #expect(Self.isHarmless(messages), "\(comment): messages of \(command)")
        guard command.contains("json"), status != 2 || !output.isEmpty else { continue }
        #expect(throws: Never.self, "\(comment): \(command)") {
          _ = try JSONSerialization.jsonObject(with: Data(output))
        }
        #expect(Self.isHarmless(output), "\(comment): \(command)")
      }
      // As good as before, for the next.
      for patch in patches {
        try image.patch(at: patch.position, try good.bytes(at: patch.position, patch.bytes.count))
      }
    }
    // Neither does every break go unnoticed, nor does any image fail to open.
    #expect(
      statuses[0, default: 0] > 0 && statuses[1, default: 0] > 0, "\(kind.testDescription): \(statuses)")
    print(
      "tortured: seed \(E2fsckComparisonTests.seed), \(Self.imageCount) images of \(kind.testDescription): \(statuses)"
    )
  }

  /// A few bytes of the superblock, or of the first group's descriptor; the magic stays.
  private static func metadata(_ kind: Kind, _ random: inout SeededRandom) -> RandomBreak {
    let descriptors = max(2048, kind.blockSize)
    let inSuperblock = random.below(2) == 0
    let offset = inSuperblock ? random.below(400) : random.below(64)
    let at = (inSuperblock ? 1024 : descriptors) + (offset / 4 == 14 ? 0 : offset)
    let bytes = (0...random.below(3)).map { _ in [UInt8(random.below(256)), 0, 0xFF][random.below(3)] }
    return RandomBreak(
      description: "\(inSuperblock ? "superblock" : "descriptor") byte \(offset): \(bytes)",
      patches: [(at, bytes)])
  }

  /// Whether it is text in which nothing acts on a terminal.
  private static func isHarmless(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return !text.unicodeScalars.contains { $0 != "\n" && Escaping.acts($0) }
  }
}
