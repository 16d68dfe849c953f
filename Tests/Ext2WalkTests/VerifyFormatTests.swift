import Foundation
import SystemPackage
import Testing
import TextOutput

@testable import ExtCheck
@testable import TestSupport

/// What `verify` writes, for people, programs and test jobs.
@Suite struct VerifyFormatTests {
  /// Names that would end a string, an element or a line, move a cursor, or are no text at all.
  static let hostileNames: [[UInt8]] = [
    Array("]]>".utf8), Array("<a&\"'>".utf8), Array("\u{1B}[2J\n\r\t\u{7F}".utf8), [0xFF, 0xFE, 0xC3],
    Array("\u{202E}\u{FFFF}\u{85}".utf8), Array("\\x1b".utf8),
  ]

  /// An image in which each entry of `/d` names an inode that isn't there, under one of the hostile names.
  private func hostileImage() async throws -> ScratchImage {
    let names = Self.hostileNames.indices.map { "d/file-\($0)-0123456" }
    let image = try await ScratchImage(blockSize: 4096, tree: names)
    let d = try image.inode(of: "d")
    for (index, name) in Self.hostileNames.enumerated() {
      let at = try image.position(ofEntry: "file-\(index)-0123456", in: d)
      try image.patch(at: at, UInt32(100))
      try image.patch(at: at + 6, [UInt8(name.count), 1] + name)
    }
    return image
  }

  private func expectNothingActs(_ output: [UInt8]) {
    for scalar in String(decoding: output, as: UTF8.self).unicodeScalars where scalar != "\n" {
      #expect(!Escaping.acts(scalar))
    }
  }

  @Test func textShowsHostileNamesEscaped() async throws {
    let image = try await hostileImage()
    let finished = try await Command.ext2walk(["verify", image.path.string])
    #expect(finished.status == 1)
    expectNothingActs(finished.output)
    #expect(finished.text.contains("\"\\x1b[2J\\n\\r\\t\\x7f\", inode 100"), "\(finished.text)")
    #expect(finished.text.contains("\"\\xff\\xfe\\xc3\", inode 100"))
    #expect(finished.lines.count { $0.contains("inode-unused: deleted inode referenced") } == 6)
  }

  @Test func jsonParsesWithHostileNames() async throws {
    let image = try await hostileImage()
    let finished = try await Command.ext2walk(["verify", "--format", "json", image.path.string])
    #expect(finished.status == 1)
    let images = try ReportedImage.parse(finished.output)
    #expect(images[0].findings.count { $0.rule == "inode-unused" } == 6)
    #expect(images[0].errors == images[0].findings.count)
    expectNothingActs(finished.output)
  }

  @Test func ndjsonParsesLineByLine() async throws {
    let image = try await hostileImage()
    let verified = try await VerifiedImage.verify(image.path.string)
    #expect(verified.findings.count { $0.rule == "inode-unused" } == 6)
    #expect(verified.findings.allSatisfy { $0.kind == "finding" && $0.image == image.path.string })
    #expect(verified.summary.errors == verified.errors.count)
  }

  @Test func junitIsWellFormedWithHostileNames() async throws {
    let image = try await hostileImage()
    let copy = image.directory.path.appending("a]]><b>&\u{1B}\"'.img").string
    try FileManager.default.copyItem(atPath: image.path.string, toPath: copy)
    let finished = try await Command.ext2walk(["verify", "--format", "junit", copy, "/no/such.img"])
    #expect(finished.status == 2)
    let report = try JUnitReport(parsing: finished.output)
    try #require(report.suites.count == 2)
    let suite = report.suites[0]
    #expect(suite.name == Escaping.text(Array(copy.utf8)))
    #expect(suite.cases == Rule.allCases.map(\.rawValue))
    #expect(suite.tests == suite.cases.count)
    #expect(Set(suite.failed) == ["inode-unused", "inode-unattached"])
    #expect(suite.failures == suite.failed.count)
    #expect(suite.errors == 0)
    #expect(suite.text.contains("\"]]>\", inode 100"))
    #expect(report.suites[1].inError == ["examined"])
    #expect(report.suites[1].tests == 1)
    #expect(report.suites[1].errors == 1)
    #expect(report.suites[1].failures == 0)
  }

  @Test func junitFailsForPortabilityOnlyWhereThatIsStrict() async throws {
    let image = Fixture(name: "ppc64-ext2-64k-span-zero").image
    for (options, failed) in [([], []), (["--strict"], ["zero-record-length", "block-larger-than-page"])] {
      let finished = try await Command.ext2walk(["verify", "--format", "junit", image] + options)
      let suite = try JUnitReport(parsing: finished.output).suites[0]
      #expect(suite.failed == failed)
      #expect(suite.failures == failed.count)
      #expect(suite.text.contains("rec_len 0"))
      #expect(finished.status == (failed.isEmpty ? 0 : 1))
    }
  }

  @Test func anImageWhoseNameIsNoTextIsNamedByItsBytes() async throws {
    let image = try await ScratchImage(blockSize: 4096)
    let finished = try await Command.script(
      "ln -s image.img \"$2/$(printf '\\377').img\"; $1 verify --format json \"$2/$(printf '\\377').img\"",
      [image.directory.path.string])
    let reported = try ReportedImage.parse(finished.output)[0]
    #expect(finished.status == 0, "\(finished.messages)")
    #expect(reported.imageBytes?.hasSuffix("2fff2e696d67") == true)
  }

  @Test func colourIsForTheSeverityOnly() async throws {
    let image = Fixture(name: "ppc64-ext2drv-64k-lost").image
    let finished = try await Command.ext2walk(["verify", "-q", "--color", "always", image])
    #expect(finished.lines[0].contains("\u{1B}[33mportability\u{1B}[0m block-larger-than-page"))
    #expect(finished.lines[1].contains("\u{1B}[31merror\u{1B}[0m inode-unattached"))
  }
}
