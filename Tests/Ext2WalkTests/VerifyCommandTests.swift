import SystemPackage
import Testing

@testable import TestSupport

/// `verify` as a command: many images, what is left out, exit statuses.
@Suite struct VerifyCommandTests {
  private let clean = Fixture(name: "ppc64-ext2-1k-big").image
  private let lost = Fixture(name: "ppc64-ext2drv-64k-lost").image
  private let spanZero = Fixture(name: "ppc64-ext2-64k-span-zero").image

  @Test func oneThatIsNoFileSystemDoesNotKeepTheOthersFromBeingChecked() async throws {
    let images = ["/no/such.img", clean, "/etc/passwd", lost]
    let finished = try await Command.ext2walk(["verify"] + images)
    #expect(finished.status == 2)
    #expect(finished.messages.contains("ext2walk: /no/such.img: opening the image: No such file"))
    #expect(finished.messages.contains("ext2walk: /etc/passwd: "))
    #expect(finished.text.contains("\(clean): clean\n"))
    #expect(finished.text.contains("\(lost): 211 errors, 1 portability finding\n"))
    #expect(finished.lines.last == "4 images: 1 without errors, 1 with errors, 2 not examined")

    let json = try await Command.ext2walk(["verify", "--format", "json"] + images)
    #expect(json.status == 2)
    let reported = try ReportedImage.parse(json.output)
    #expect(reported.map(\.image) == images)
    #expect(reported.map(\.examined) == [false, true, false, true])
    #expect(reported[0].reason == "opening the image: No such file or directory; check the path")
    #expect(reported.map(\.findings.count) == [0, 0, 0, 212])
  }

  @Test func theWorstImageDecidesTheStatus() async throws {
    #expect(try await Command.ext2walk(["verify", clean, spanZero]).status == 0)
    #expect(try await Command.ext2walk(["verify", lost, clean]).status == 1)
    #expect(try await Command.ext2walk(["verify", "/no/such", lost]).status == 2)
    #expect(try await Command.ext2walk(["verify", "--strict", clean]).status == 0)
    #expect(try await Command.ext2walk(["verify", "--strict", clean, spanZero]).status == 1)
  }

  @Test func quietPrintsFindingsOnly() async throws {
    let finished = try await Command.ext2walk(["verify", "-q", clean, lost])
    #expect(finished.status == 1)
    #expect(finished.lines.count == 212)
    #expect(finished.lines.allSatisfy { $0.hasPrefix("\(lost): ") })
    let silent = try await Command.ext2walk(["verify", "--quiet", clean])
    #expect(silent.output.isEmpty && silent.messages.isEmpty)
  }

  @Test func oneImageHasNoLineForAll() async throws {
    let finished = try await Command.ext2walk(["verify", clean])
    #expect(finished.lines.count == 3)
    #expect(finished.lines[0] == "\(clean): clean")
    #expect(finished.lines[1].hasPrefix("  checked   10 directories, 907 blocks, "))
    #expect(finished.lines[2].hasSuffix("libext2fs' iterator on all 907 blocks"))
  }

  @Test func theWrongBlockSizeKeepsAnImageFromBeingExamined() async throws {
    let finished = try await Command.ext2walk(["verify", "--block-size", "4096", clean])
    #expect(finished.status == 2)
    #expect(finished.messages.contains("it is 1024 bytes, not the 4096 asked for"))
    #expect(try await Command.ext2walk(["verify", "--block-size", "1024", clean]).status == 0)
  }

  @Test func wrongUsageIs64() async throws {
    for arguments in [
      ["--no-such-option"], ["--block-size", "5000"], ["--offset", "1"], ["--superblock", "1"],
      ["--offset", "1", "x?offset=1"], ["--format", "xml"], ["--way", "none", clean],
    ] {
      let finished = try await Command.ext2walk(["verify"] + arguments)
      #expect(finished.status == 64, "\(arguments)")
      #expect(finished.output.isEmpty)
      #expect(finished.messages.contains("Error: "))
    }
  }

  @Test func outputThatNobodyReadsIsNoError() async throws {
    // The reader is gone before the first line is written.
    let finished = try await Command.script(
      "(sleep 1; exec \"$1\" verify -q \"$2\") | true; echo ${PIPESTATUS[0]}", [lost])
    #expect(finished.lines.last == "0")
    let full = try await Command.script("\"$1\" verify \"$2\" >/dev/full", [lost])
    #expect(full.status == 2)
    #expect(full.messages.contains("standard output: No space left on device"))
  }

  @Test func theAccountOfMappingsFollows() async throws {
    let finished = try await Command.ext2walk(["verify", "--mappings", "--memory", "high", spanZero])
    #expect(finished.status == 0)
    #expect(finished.messages.contains("vmap"))
  }

  @Test func theJournalThatWaitsIsSaid() async throws {
    let finished = try await Command.ext2walk(["verify", Fixture(name: "ppc64-ext3-64k-dirty-journal").image])
    #expect(finished.status == 0)
    #expect(finished.messages.contains("needs_recovery"))
  }
}
