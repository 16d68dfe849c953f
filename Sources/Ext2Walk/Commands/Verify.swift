import ArgumentParser
import ExtCheck
import ExtDisk
import ExtVolume
import FolioCore
import SystemPackage
import TextOutput

/// `verify`: checks every directory of images.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks every directory, by every way of mapping, and against libext2fs.",
    usage: "ext2walk verify [OPTIONS] [IMAGE...]",
    discussion: """
      Examples:
        ext2walk verify nas.img                       all directories of an image
        ext2walk verify -q images/*.img               what is wrong, and nothing else
        ext2walk verify --format junit *.img >v.xml   for a test job
        ext2walk verify --block-size 65536            the self-test, without an image
        ext2walk verify --rules                       what is checked

      Damage never ends the check, and what is wrong is told once. Exit status: 0 nothing wrong; 1 errors found; \
      2 an image could not be examined; 64 wrong usage. What is legal but not portable is told and fails only with \
      --strict.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, ndjson, junit
  }

  @Argument(
    help: ArgumentHelp("Files or block devices; none for the self-test.", valueName: "image"),
    completion: .file())
  var images: [String] = []

  @OptionGroup(title: "Image") var opening: OpeningOptions

  @Flag(name: .shortAndLong, help: "Findings only, no summaries.")
  var quiet = false

  @Flag(help: "What is not portable is an error too.")
  var strict = false

  @Flag(help: "Cross-check all blocks of large images too, not a sample.")
  var thorough = false

  @Flag(help: "List the rules, and check nothing.")
  var rules = false

  @Option(help: "For people, for programs, or for test jobs.")
  var format = Format.text

  @OptionGroup(title: "On a terminal") var color: ColorOptions
  @OptionGroup(title: "On a terminal") var progress: ProgressOptions

  @OptionGroup(title: "Mapping") var mapping: MappingOptions

  @Flag(help: "Say on stderr, after the findings, how each directory block was mapped.")
  var mappings = false

  mutating func validate() throws {
    let isAboutImage = opening.offset != nil || opening.superblock != nil || opening.partition != nil
    if images.isEmpty, isAboutImage {
      throw ValidationError("--offset, --superblock and --partition are about an image: give one")
    }
    for image in imageBytes { _ = try opening.location(of: image) }
  }

  func run() throws {
    let diagnostics = Diagnostics(image: [])
    try CommandRunner.run(diagnostics) {
      if rules { return try StandardOutput.write(text: RuleTable.text) }
      let report = VerifyReport(
        format: format.reported, isQuiet: quiet, hasColor: color.isOn, isStrict: strict)
      if images.isEmpty { try testItself(report, diagnostics) }
      for image in imageBytes { try verify(image, report, diagnostics) }
      try report.end()
    }
  }

  /// The images as their bytes were typed.
  private var imageBytes: [[UInt8]] { RawArguments.bytes(of: images) }

  // MARK: Images

  private func verify(_ image: [UInt8], _ report: VerifyReport, _ diagnostics: Diagnostics) throws {
    report.begin(image, showsProgress: progress.isOn())
    diagnostics.begin(image)
    do {
      var disk = DiskState()
      let opened = Result { try opening.open(image, &disk) }
      diagnostics.tell(disk)
      report.take(diskDamage: disk.damage.map(\.sentence))
      let volume = try opened.get()
      diagnostics.tell(whatMayChangeOf: volume)
      if try check(volume, report).fails(isStrict: strict) { diagnostics.raise(to: .damage) }
    } catch let error as any ReportedError {
      diagnostics.failure(error.sentence)
      try report.end(.notExamined(error.sentence))
    }
  }

  private func check(_ volume: Volume, _ report: VerifyReport) throws -> VerifySummary {
    let start = ContinuousClock.now
    var options = VerifyOptions()
    options.reading = mapping.readingOptions()
    options.reading.keepsAccount = mappings
    options.isThorough = thorough
    let summary: VerifySummary
    do {
      summary = try ImageCheck.run(volume, options: options, observer: report)
    } catch is CheckStopped {
      throw report.failure ?? .closed
    }
    let elapsed = (ContinuousClock.now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    try report.end(.examined(summary, seconds: seconds))
    if mappings { StandardError.write(MappingTable.text(summary.account)) }
    return summary
  }

  // MARK: Without an image

  private func testItself(_ report: VerifyReport, _ diagnostics: Diagnostics) throws {
    let blockSize = opening.wantedBlockSize ?? .largest
    let name = Array("self-test".utf8)
    report.begin(name, showsProgress: progress.isOn())
    diagnostics.begin(name)
    do {
      let test = try SelfTest(blockSize: blockSize, in: Terminal.environment("TMPDIR") ?? "/tmp")
      if !quiet { diagnostics.note(test.description) }
      let volume = try Volume(at: test.location)
      let summary = try check(volume, report)
      let (found, made) = (summary.counts.crossingRecords, test.crossingRecords)
      if found != made {
        diagnostics.damage("\(made) records that cross a page were made, and \(found) found")
      } else if summary.fails(isStrict: strict) {
        diagnostics.raise(to: .damage)
      }
    } catch let error as any ReportedError {
      diagnostics.failure(error.sentence)
      try report.end(.notExamined(error.sentence))
    }
  }
}

extension Verify.Format {
  fileprivate var reported: VerifyReport.Format {
    switch self {
    case .text: .text
    case .json: .json
    case .ndjson: .ndjson
    case .junit: .junit
    }
  }
}
