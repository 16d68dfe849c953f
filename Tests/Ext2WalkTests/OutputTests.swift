import Foundation
import SystemPackage
import Testing

@testable import TestSupport

/// What a listing looks like, into a pipe and on a terminal.
@Suite struct OutputTests {
  private let image = Fixture.small.image

  /// Runs the tool on a pseudo-terminal of 80 columns, by script(1).
  private func onTerminal(_ arguments: [String], environment: [String: String] = [:]) async throws -> String {
    let settings = environment.map { "\($0.key)='\($0.value)' " }.joined()
    let command =
      "stty cols 80; \(settings)\(([try Command.tool.string, "ls"] + arguments).map { "'\($0)'" }.joined(separator: " "))"
    let finished = try await Command.run("script", ["-qec", command, "/dev/null"])
    #expect(finished.status == 0, "\(finished.text)")
    return finished.text.replacing("\r\n", with: "\n")
  }

  @Test func namesGoAsTheyAreIntoAPipe() async throws {
    let finished = try await Command.ext2walk(["ls", image, "/names"])
    #expect(
      finished.output.split(separator: 10).contains(
        [0x62, 0x61, 0x64, 0xFF, 0xFE, 0x75, 0x74, 0x66, 0x38][...]))
    #expect(finished.output.contains(0x1B))
  }

  @Test func namesAreEscapedOnATerminal() async throws {
    let text = try await onTerminal(["-A", "--color", "never", image, "/names"])
    #expect(text.contains("bad\\xff\\xfeutf8"))
    #expect(text.contains("\\x1b[31mred\\x1b[0m"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func columnsFitTheTerminal() async throws {
    let text = try await onTerminal(["--color", "never", "-F", image])
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("README.txt  emptydir/"))
    #expect(lines.allSatisfy { $0.count <= 80 })
    let piped = try await Command.ext2walk(["ls", image])
    #expect(try await onTerminal(["-1", "--color", "never", image]) == piped.text)
  }

  @Test func colourIsAsAskedFor() async throws {
    let blue = "\u{1B}[01;34mdocs\u{1B}[0m"
    #expect(try await onTerminal([image]).contains(blue))
    #expect(try await onTerminal([image], environment: ["NO_COLOR": "1"]).contains(blue) == false)
    #expect(try await onTerminal([image], environment: ["LS_COLORS": "di=35"]).contains("\u{1B}[35mdocs"))
    #expect(try await Command.ext2walk(["ls", image]).text.contains("\u{1B}") == false)
    #expect(try await Command.ext2walk(["ls", "--color", "always", image]).text.contains(blue))
  }

  @Test func recursionIsInHeadingsOnATerminalAndInPathsElsewhere() async throws {
    let text = try await onTerminal(["-R", "--color", "never", image, "/docs"])
    #expect(text.hasPrefix("/docs:\n"))
    let piped = try await Command.ext2walk(["ls", "-R", image, "/docs"])
    #expect(piped.lines.allSatisfy { $0.hasPrefix("/docs/") })
    #expect(try await onTerminal(["-R", "--full-path", image, "/docs"]).contains(":\n") == false)
  }

  /// Directories come in the order of their names, however wide the columns are.
  @Test func recursionGoesByNameOnATerminal() async throws {
    let text = try await onTerminal(["-R", "--color", "never", image])
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("/") && $0.hasSuffix(":") }.map(
      String.init)
    let top = headings.filter { $0.dropFirst().firstIndex(of: "/") == nil && $0 != "/:" }
    #expect(
      top.count > 8
        && top
          == top.sorted { Array($0.dropLast().utf8).lexicographicallyPrecedes(Array($1.dropLast().utf8)) }
    )
  }

  @Test func theLastOrderCounts() async throws {
    let bySize = try await Command.ext2walk(["ls", "-S", image, "/files"])
    #expect(try await Command.ext2walk(["ls", "-t", "-U", "-S", image, "/files"]).output == bySize.output)
    #expect(
      try await Command.ext2walk(["ls", "-aA", image, "/names"]).output
        == Command.ext2walk(["ls", "-A", image, "/names"]).output)
  }

  @Test func nullEndsWholePaths() async throws {
    let finished = try await Command.ext2walk(["ls", "-A0", image, "/names"])
    let paths = finished.output.split(separator: 0).map(Array.init)
    let expected = try Fixture.small.manifest().keys.filter { $0.starts(with: Array("/names/".utf8)) }
    #expect(Set(paths) == Set(expected.filter { !$0.dropFirst(7).contains(UInt8(ascii: "/")) }))
  }

  @Test func hiddenNamesAreAsInLs() async throws {
    let hidden = ["...", "..double", ".a", ".hidden"]
    let plain = try await Command.ext2walk(["ls", image, "/names"]).lines
    #expect(hidden.allSatisfy { !plain.contains($0) })
    let almost = try await Command.ext2walk(["ls", "-A", image, "/names"]).lines
    #expect(hidden.allSatisfy(almost.contains))
    #expect(!almost.contains(".") && !almost.contains(".."))
    let all = try await Command.ext2walk(["ls", "-a", image, "/names"]).lines
    #expect(Set(all) == Set(almost + [".", ".."]))
  }

  @Test func ordersAreAsInLs() async throws {
    func sizes(_ options: [String]) async throws -> [Int] {
      try await ListedEntry.list(["-l"] + options + [image, "/files"]).entries.compactMap(\.size)
    }
    let bySize = try await sizes(["-S"])
    #expect(bySize.count > 10 && Set(bySize).count > 5)
    #expect(bySize == bySize.sorted(by: >))
    #expect(try await sizes(["-Sr"]) == bySize.sorted())
    let times = try await ListedEntry.list(["-lt", image, "/times"]).entries.compactMap(\.mtime)
    #expect(times.count > 3 && times == times.sorted(by: >))
    #expect(times.contains { $0 < 0 } && times.contains { $0 > 1 << 32 })
    let names = try await Command.ext2walk(["ls", "-r", image]).lines
    #expect(names == names.sorted(by: >))
  }

  @Test func jsonIsOneArray() async throws {
    let finished = try await Command.ext2walk(["ls", "--format", "json", "-lR", image])
    let array = try #require(
      try JSONSerialization.jsonObject(with: Data(finished.output)) as? [[String: Any]])
    #expect(array.count == (try Fixture.small.manifest()).count)
    let none = try await Command.ext2walk(["ls", "--format", "json", image, "/emptydir"])
    #expect(none.text == "[]\n")
  }

  @Test func jsonNamesTheBytesThatAreNotText() async throws {
    let (entries, _) = try await ListedEntry.list([image, "/names"])
    let bad = try #require(entries.first { $0.nameBytes != nil && $0.name.hasPrefix("bad") })
    #expect(bad.name == "bad\u{FFFD}\u{FFFD}utf8")
    #expect(bad.nameBytes == "626164fffe75746638")
    // Nothing in the text acts on a terminal that shows it.
    let raw = try await Command.ext2walk(["ls", "--format", "json", image, "/names"]).output
    #expect(!raw.contains { ($0 < 0x20 && $0 != 0x0A) || $0 == 0x7F })
    #expect(entries.filter { $0.nameBytes == nil }.allSatisfy { $0.path == "/names/" + $0.name })
  }

  @Test func longColumnsLineUp() async throws {
    let finished = try await Command.ext2walk(["ls", "-l", image, "/special"])
    #expect(
      finished.text == """
        brw------- 1 0 0 4095, 1048575 2024-01-02 03:04 bigblk
        crw------- 1 0 0    259, 70000 2024-01-02 03:04 bigminor
        brw------- 1 0 0        0, 256 2024-01-02 03:04 c0256
        crw------- 1 0 0      255, 255 2024-01-02 03:04 c255
        crw------- 1 0 0          5, 1 2024-01-02 03:04 console
        prw------- 1 0 0             0 2024-01-02 03:04 fifo
        crw-r--r-- 1 0 0          1, 3 2024-01-02 03:04 null
        brw-r----- 1 0 0          8, 0 2024-01-02 03:04 sda
        srwxr-xr-x 1 0 0             0 2024-01-02 03:04 sock

        """)
  }

  @Test func aClosedPipeIsNoError() async throws {
    let big = Fixture(name: "ppc64-ext4-64k-htree").image
    let script = "\"$1\" ls -R \"$2\" | head -n 1; echo \"${PIPESTATUS[0]}\""
    let finished = try await Command.script(script, [big])
    #expect(finished.lines.last == "0")
    #expect(finished.messages.isEmpty)
  }

  @Test func aFullDiskIsAnError() async throws {
    let finished = try await Command.script("\"$1\" ls \"$2\" > /dev/full", [image])
    #expect(finished.status == 2)
    #expect(finished.messages == "ext2walk: standard output: No space left on device\n")
  }
}
