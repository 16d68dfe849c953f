import SystemPackage
import Testing

@testable import TestSupport

/// What `info` says of kernels, against what those kernels did with file systems made in the same way: on every machine,
/// for nothing is mounted here. `MountTests` mounts, and records what `fixtures/mounts/linux-6.18.tsv` has;
/// `linux-7.2.13.tsv` has blocks larger than pages.
@Suite struct RecordedMountTests {
  struct Group: Sendable, CustomTestStringConvertible {
    let rows: [RecordedMount]
    let kernel: String
    let base: RecordedMount.Base
    var testDescription: String { "Linux \(kernel): \(base.testDescription)" }
  }

  static let kernels = [MountTests.recorded, "7.2.13"]

  static func groups() throws -> [Group] {
    try kernels.flatMap { kernel in
      let file = try RecordedMounts(kernel: kernel)
      return file.bases.map { Group(rows: file.rows(of: $0), kernel: kernel, base: $0) }
    }
  }

  @Test(arguments: try groups()) func infoSaysWhatTheKernelDid(_ group: Group) async throws {
    let isOurs = group.kernel == MountTests.recorded
    let images =
      isOurs ? try await MountTests.unused(group.base) : try await ChangedImages(group.base)
    let rows = group.rows.filter { $0.mounts != "unchanged" }
    let outcomes = try await images.outcomes(of: rows.map(\.changes), mounts: false)
    // One that changes nothing tests nothing.
    #expect(outcomes.map(\.changes) == rows.map(\.changes))
    for (outcome, row) in zip(outcomes, rows) {
      let kernel = try outcome.verdict(ofKernel: row.kernel)
      #expect(kernel.mounts == row.mounts, "\(row.testDescription): \(kernel.reasons)")
      guard row.kernel == "7.2.13", row.mounts == "no" else { continue }
      let advice = outcome.facts.advice ?? ""
      #expect(!advice.contains("Linux 6.19"), "\(row.testDescription): \(advice)")
    }
  }

  @Test(arguments: [(MountTests.recorded, [600, 200, 600]), ("7.2.13", [80, 30, 50])])
  func allVerdictsAreRecorded(kernel: String, least: [Int]) throws {
    let rows = try RecordedMounts(kernel: kernel).rows
    let counts = ["readWrite", "readOnly", "no"].map { verdict in rows.count { $0.mounts == verdict } }
    #expect(zip(counts, least).allSatisfy { $0 >= $1 }, "\(counts)")
    #expect(Set(rows.map(\.testDescription)).count == rows.count)
    #expect(rows.allSatisfy { $0.kernel == kernel })
  }

  /// What `MountTests` has more is recorded by `make record-mounts`.
  @Test func nothingIsLeftToRecord() throws {
    let file = try RecordedMounts(kernel: MountTests.recorded)
    #expect(file.bases == MountTests.kinds.map(MountTests.base))
    for base in file.bases {
      #expect(file.rows(of: base).map(\.changes) == MountTests.changes(of: base.options))
    }
  }

  /// Recording one file system anew changes its rows and no other line.
  @Test func aFileIsWrittenAsItIsRead() throws {
    let scratch = try ScratchDirectory()
    for kernel in Self.kernels {
      var file = try RecordedMounts(kernel: kernel)
      let text = try readFile(file.path)
      file.path = scratch.path.appending("\(kernel).tsv")
      try writeFile(file.path, text)
      let (bases, rows) = (file.bases, file.rows)
      let last = try #require(bases.last)
      try file.replace(last, by: file.rows(of: last), order: bases)
      #expect(try readFile(file.path) == text && file.rows == rows)
      try file.replace(last, by: [], order: bases)
      #expect(file.rows == rows.filter { $0.base != last } && file.rows.count < rows.count)
    }
  }
}
