import ArgumentParser
import ExtVolume
import FolioCore
import SystemPackage
import TextOutput

/// `map`: says how each directory block was mapped.
struct Map: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how each directory block was mapped, and shows which records cross a page.",
    usage: "ext2walk map [OPTIONS] IMAGE [PATH...]",
    discussion: """
      Examples:
        ext2walk map nas.img                          the root directory's folios
        ext2walk map -R --memory high nas.img         all of the tree, in high memory
        ext2walk map --ways all --memory high nas.img each way in turn, and what it costs
        ext2walk map --draw --scattered nas.img /big  pages and records as a drawing
        ext2walk map --svg big.svg nas.img /big       the same as a picture

      Exit status: 0 all well; 1 damage found, or something left out; 2 no such image or directory; 64 wrong usage.
      """)

  enum Ways: String, CaseIterable, ExpressibleByArgument {
    case all
  }

  @OptionGroup(title: "Image") var imageOptions: ImageOptions

  @Argument(help: ArgumentHelp("Directories. (default: /)", valueName: "path"))
  var paths: [String] = []

  @Flag(name: [.customShort("R"), .long], help: "Directories in directories too.")
  var recursive = false

  @OptionGroup(title: "Mapping") var mapping: MappingOptions

  @Flag(
    help: "Frames of a folio stand apart, so that it is contiguous only when mapped. Implies --memory high.")
  var scattered = false

  @Option(help: "all: each way in turn over the same folios, and whether it gives the same records.")
  var ways: Ways?

  @Flag(help: "Draw each folio: pages as rows, the records in them, those that cross a page marked.")
  var draw = false

  @Option(
    help: ArgumentHelp(
      "Write the drawing as a picture; - for standard output, instead of the table.", valueName: "file"),
    completion: .file())
  var svg: String?

  @Option(help: "For people, or for programs.")
  var format = OutputFormat.text

  @OptionGroup(title: "On a terminal") var color: ColorOptions
  @OptionGroup(title: "On a terminal") var progress: ProgressOptions

  mutating func validate() throws {
    if scattered, mapping.memory == .direct {
      throw ValidationError(
        "--scattered takes --memory high: in low memory the frames of a folio are neighbours")
    }
    if draw, format != .text { throw ValidationError("--draw is for people: leave --format out") }
  }

  func run() throws {
    try CommandRunner.run(image: imageOptions.imageBytes) { diagnostics in
      let volume = try imageOptions.open(diagnostics)
      diagnostics.tell(aboutStateOf: volume)
      try map(volume, diagnostics)
    }
  }

  private func map(_ volume: Volume, _ diagnostics: Diagnostics) throws {
    var options = mapping.readingOptions(isScattered: scattered)
    options.keepsAccount = true
    var reader = try DirectoryReader(volume, options: options)
    var inodes = InodeTable(volume)
    let targets = diagnostics.tell(
      try PathLookup.lookUp(RawArguments.bytes(of: paths), on: volume, inodes: &inodes))
    var directories = MappedDirectories(
      plan: recursive ? ReadPlan(volume, options: options, needsInodes: false) : nil,
      diagnostics: diagnostics,
      progress: WalkProgress(isOn: progress.isOn(), of: volume.superblock))
    for target in targets where target.inode.isDirectory {
      directories.walk(
        from: FoundDirectory(inode: target.inode.number, path: target.path), by: &reader, inodes: &inodes)
    }
    directories.progress.clear()
    for target in targets where !target.inode.isDirectory {
      let isLink = target.inode.attributes.fileType == .symlink
      diagnostics.failure(
        "\(Escaping.text(target.path)): not a directory"
          + (isLink ? "; a slash at its end follows the link" : ""))
    }
    var folios: [SurveyedFolio] = []
    for (line, path) in reader.account {
      let block = try volume.surveyedBlock(of: line, path: path, inodes: &inodes)
      folios.append(SurveyedFolio(line: line, block: block))
    }
    let readings = try self.readings(of: folios.map(\.block), volume, options)

    if let svg, svg != "-" { try write(try picture(of: folios, volume, options), to: svg, volume) }
    var output = ByteBuffer()
    switch format {
    case _ where svg == "-": output.append(text: try picture(of: folios, volume, options))
    case .text:
      output.append(text: text(folios, readings))
      if draw, !folios.isEmpty {
        output.append(text: "\n" + FolioDrawing.legend(hasColor: color.isOn))
        let width = Terminal.width(of: .standardOutput)
        try draw(folios, volume, options) { drawing in
          output.append(text: "\n" + drawing.text(width: width, hasColor: color.isOn))
          try StandardOutput.flushIfLarge(&output)
        }
      }
    case .json, .ndjson:
      var array = JSONArray(isLines: format == .ndjson)
      for (index, folio) in folios.enumerated() {
        array.next(&output)
        MappingJSON.append(
          folio.line, path: folio.block.path, pageSize: .host,
          readings: ways == nil ? nil : readings.map { $0[index] },
          to: &output)
        try StandardOutput.flushIfLarge(&output)
      }
      array.end(&output)
    }
    try StandardOutput.flush(&output)
  }

  /// What each way makes of each block, way by way; empty unless all ways are asked for.
  private func readings(
    of blocks: [SurveyedBlock], _ volume: Volume, _ options: ReadingOptions
  ) throws -> [[SurveyedReading]] {
    guard ways == .all else { return [] }
    var survey = try FolioSurvey(volume, options: options)
    return MappingWay.allCases.map { way in blocks.map { survey.read($0, by: way) } }
  }

  private func text(_ folios: [SurveyedFolio], _ readings: [[SurveyedReading]]) -> String {
    let comparison = readings.isEmpty ? "" : "\n" + MappingTable.comparison(of: readings)
    return MappingTable.text(folios.map { ($0.line, $0.block.path) }) + comparison
  }

  // MARK: Drawings

  /// Draws folios, one after the other: looked at anew by the way they were mapped, for all of their records.
  private func draw(
    _ folios: [SurveyedFolio], _ volume: Volume, _ options: ReadingOptions,
    _ body: (FolioDrawing) throws -> Void
  ) throws {
    // All blocks are of one size, so all folios were mapped by one way.
    guard let way = folios.first?.line.way else { return }
    var survey = try FolioSurvey(volume, options: options)
    for folio in folios {
      var records: [SurveyedRecord] = []
      let reading = survey.read(folio.block, by: way) { record, name in
        records.append(SurveyedRecord(record, name: name))
      }
      try body(
        FolioDrawing(
          block: folio.block, line: folio.line, records: records, damaged: reading.damaged, pageSize: .host))
    }
  }

  private func picture(of folios: [SurveyedFolio], _ volume: Volume, _ options: ReadingOptions) throws
    -> String
  {
    var picture = FolioSVG()
    try draw(folios, volume, options) { drawing in
      picture.add(
        drawing, frameCount: FolioReader.frameCount(forPages: drawing.line.frames.count, options: options))
    }
    return picture.text
  }

  private func write(_ picture: String, to name: String, _ volume: Volume) throws {
    let path = FilePath(bytes: RawArguments.bytes(of: name))
    guard volume.image.file?.isSameFile(as: path) != true else {
      throw CommandError(
        "writing the picture",
        reason: "\(Escaping.text(RawArguments.bytes(of: name))) is the image, which is never written to")
    }
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      _ = try file.closeAfter { try file.writeAll(picture.utf8) }
    } catch let errno as Errno {
      throw CommandError(
        "writing the picture \(Escaping.text(RawArguments.bytes(of: name)))", reason: errno.description,
        advice: VolumeError.Limit(errno).map { Advice.more($0).words })
    }
  }
}
