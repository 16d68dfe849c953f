import ArgumentParser
import Basics
import ExtDisk
import ExtVolume
import FolioCore
import Testing
import TextOutput

@testable import Ext2Walk
@testable import ExtCheck

/// What a command said of a source.
struct Said {
  /// What goes to standard output.
  var text = ""
  /// What goes to standard error.
  var messages = ""
  var status = 0
  /// What `verify` found.
  var findings: [Finding] = []

  var lines: [String] { text.split(separator: "\n").map(String.init) }
  /// The rules that are broken, but for portability.
  var errors: [Finding] { findings.filter { $0.rule.severity == .error } }
}

/// The commands, run in this process on a source of a test's: their own code, but for what opens a file and what writes.
enum InProcess {
  private static let name = Array("image".utf8)
  private static var location: ImageLocation {
    get throws { try #require(ImageLocation(argument: name, offset: nil)) }
  }

  /// What goes to standard error.
  private final class Lines {
    var text = ""
  }

  /// - Parameter command: as it is typed, without the image.
  static func run(_ command: [String], _ image: any ByteSource) throws -> Said {
    let arguments = command.dropFirst() + ["image"]
    var said = Said()
    let lines = Lines()
    let messages = Diagnostics(image: name) { lines.text += $0 }
    do {
      switch command[0] {
      case "ls": try list(List.parse(Array(arguments)), image, messages, &said)
      case "map": try map(Map.parse(Array(arguments)), image, messages, &said)
      case "verify": try verify(Verify.parse(Array(arguments)), image, messages, &said)
      case "info": try describe(Info.parse(Array(arguments)), image, messages, &said)
      default: preconditionFailure("\(command[0]) isn't run in process")
      }
    } catch let error as any ReportedError {
      messages.failure(error.sentence)
    }
    said.messages = lines.text
    said.status = Int(messages.status.rawValue)
    return said
  }

  private static func open(
    _ image: any ByteSource, _ opening: OpeningOptions, _ messages: Diagnostics
  ) throws -> Volume {
    var disk = DiskState()
    defer { messages.tell(disk) }
    return try opening.open(image, at: try location, &disk)
  }

  // MARK: ls

  /// Takes what threads hand on.
  private final class Taker: WalkTaker {
    var output = ByteBuffer()
    private let messages: Diagnostics

    init(_ messages: Diagnostics) {
      self.messages = messages
    }

    func begin() {}
    func isReadingAhead(part: Double) {}
    func take(_ bytes: RawSpan) { output.append(bytes) }
    func end(_ directory: FoundDirectory, _ findings: WalkFindings, secondNames: [FoundDirectory]) {
      for message in findings.messages { messages.damage(message) }
      for second in secondNames {
        messages.damage(
          directory.damage(secondName: second).description(directory: directory.inode, path: directory.path))
      }
    }
  }

  private static func list(
    _ list: List, _ image: any ByteSource, _ messages: Diagnostics, _ said: inout Said
  ) throws {
    precondition(list.how.format == .text, "only text is listed in process")
    let volume = try open(image, list.imageOptions.opening, messages)
    messages.tell(aboutStateOf: volume)
    var reading = list.mapping.readingOptions()
    reading.checksums = list.checksums ? .checked : .skipped
    var inodes = InodeTable(volume)
    let targets = messages.tell(
      try PathLookup.lookUp(list.paths.map { Array($0.utf8) }, on: volume, inodes: &inodes))
    // As into a pipe, whatever the tests write to.
    var options = list.how.listingOptions(list.what, targetCount: 1)
    options.hasHeadings = false
    options.columnsWidth = nil
    var style = TextStyle()
    style.isLong = list.how.long
    style.showsFullPath = list.what.recursive
    let format = Listing.Format.text(TextListing(style: style))
    let makeWorker = { @Sendable [options, reading] in
      try ListingWorker(volume, reading: reading, options: options, format: format)
    }
    var worker = try makeWorker()
    let taker = Taker(messages)
    for target in targets {
      try ParallelWalk.run(
        from: FoundDirectory(inode: target.inode.number, path: target.path), threadCount: 2,
        plan: options.readPlan(volume, reading: reading, format: format),
        worker: &worker, to: taker, makeWorker: makeWorker)
    }
    taker.output.withBytes { said.text = String(decoding: [UInt8](copying: $0), as: UTF8.self) }
  }

  // MARK: map

  private static func map(
    _ map: Map, _ image: any ByteSource, _ messages: Diagnostics, _ said: inout Said
  ) throws {
    let volume = try open(image, map.imageOptions.opening, messages)
    messages.tell(aboutStateOf: volume)
    var options = map.mapping.readingOptions(isScattered: map.scattered)
    options.keepsAccount = true
    var reader = try DirectoryReader(volume, options: options)
    var inodes = InodeTable(volume)
    var directories = MappedDirectories(
      plan: map.recursive ? ReadPlan(volume, options: options, needsInodes: false) : nil,
      diagnostics: messages,
      progress: WalkProgress(isOn: false, of: volume.superblock))
    directories.walk(from: FoundDirectory(inode: .root, path: []), by: &reader, inodes: &inodes)
    said.text = MappingTable.text(reader.account)
  }

  // MARK: verify

  private final class FindingTaker: CheckObserver {
    var findings: [Finding] = []

    func take(_ finding: Finding) { findings.append(finding) }
    func show(_ progress: CheckProgress) {}
  }

  private static func verify(
    _ verify: Verify, _ image: any ByteSource, _ messages: Diagnostics, _ said: inout Said
  ) throws {
    let volume = try open(image, verify.opening, messages)
    messages.tell(whatMayChangeOf: volume)
    var options = VerifyOptions()
    options.reading = verify.mapping.readingOptions()
    options.isThorough = verify.thorough
    let taker = FindingTaker()
    let summary = try ImageCheck.run(volume, options: options, observer: taker)
    said.findings = taker.findings
    said.text = taker.findings.map { "\($0.place)\($0.rule.severity.rawValue) \($0.words)\n" }.joined()
    if summary.fails(isStrict: verify.strict) { messages.raise(to: .damage) }
  }

  // MARK: info

  private static func describe(
    _ info: Info, _ image: any ByteSource, _ messages: Diagnostics, _ said: inout Said
  ) throws {
    let opening = info.imageOptions.opening
    let examination = ImageExamination(
      name, at: try location, partition: opening.partition, options: opening.volumeOptions)
    let report = try examination.report(of: image)
    for note in report.notes { messages.note(note) }
    for problem in report.problems { messages.damage(problem) }
    said.text = InfoText.text(report)
    if let shortage = report.shortage { throw shortage }
  }
}
