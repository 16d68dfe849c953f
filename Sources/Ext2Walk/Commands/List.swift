import ArgumentParser
import Basics
import ExtVolume
import FolioCore
import SystemPackage
import TextOutput

/// `ls`: lists directories.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "Lists directories.",
    usage: "ext2walk ls [OPTIONS] IMAGE [PATH...]",
    discussion: """
      Examples:
        ext2walk ls nas.img                       names in the root directory
        ext2walk ls -l nas.img /home              with mode, owner, size and time
        ext2walk ls -RA nas.img | grep -i photo   every path
        ext2walk ls -R0 nas.img | xargs -0 …      names with any bytes in them
        ext2walk ls --format ndjson -lR nas.img   one JSON object a line, for programs

      PATH begins at the root; <N> is inode N; a path that ends in / follows a symbolic link to its directory.
      On a terminal names are escaped and arranged in columns; into a pipe they go as they are, one a line, and \
      -R writes whole paths. What is damaged is said on stderr, and the rest is listed.

      Exit status: 0 all well; 1 damage found, or something left out; 2 no such image or path; 64 wrong usage.
      """,
    helpNames: .long)

  @OptionGroup(title: "Image") var imageOptions: ImageOptions

  @Argument(help: ArgumentHelp("What to list. (default: /)", valueName: "path"))
  var paths: [String] = []

  @OptionGroup(title: "What is shown") var what: WhatToList
  @OptionGroup(title: "How it is shown") var how: HowToList

  @Flag(help: "Check the checksums of directory blocks too.")
  var checksums = false

  @OptionGroup(title: "On a terminal") var progress: ProgressOptions
  @OptionGroup(title: "Mapping") var mapping: MappingOptions

  @Flag(help: "Say on stderr, after the listing, how each directory block was mapped.")
  var mappings = false

  func run() throws {
    try CommandRunner.run(image: imageOptions.imageBytes) { diagnostics in
      let volume = try imageOptions.open(diagnostics)
      diagnostics.tell(aboutStateOf: volume)
      if checksums, !volume.superblock.hasChecksums {
        diagnostics.note("this file system has no checksums (metadata_csum) to check")
      }
      try list(volume, diagnostics)
    }
  }

  private func list(_ volume: Volume, _ diagnostics: Diagnostics) throws {
    var options = mapping.readingOptions()
    options.checksums = checksums ? .checked : .skipped
    options.keepsAccount = mappings
    var inodes = InodeTable(volume)
    let targets = diagnostics.tell(
      try PathLookup.lookUp(RawArguments.bytes(of: paths), on: volume, inodes: &inodes))
    let alone = what.directory ? targets : targets.filter { !$0.inode.isDirectory }
    let directories = what.directory ? [] : targets.filter { $0.inode.isDirectory }

    let shown = how.listingOptions(what, targetCount: targets.count)
    let output = ListingOutput(
      options: shown, isJSONArray: how.format == .json, diagnostics: diagnostics,
      progress: WalkProgress(isOn: progress.isOn(besideOutput: true), of: volume.superblock))
    let format = how.format(what, volume: volume)
    var worker = try ListingWorker(
      volume, reading: options, options: shown, format: format)
    let plan = shown.readPlan(volume, reading: options, format: format)
    if !alone.isEmpty { try list(alone, &worker, to: output) }
    let makeWorker = { @Sendable [options] in
      try ListingWorker(
        volume, reading: options, options: shown, format: format)
    }
    for directory in directories {
      // An account is that of one thread.
      try ParallelWalk.run(
        from: FoundDirectory(inode: directory.inode.number, path: directory.path),
        threadCount: mappings ? 1 : WorkerThread.coreCount, plan: plan, worker: &worker, to: output,
        makeWorker: makeWorker)
    }
    try output.end()
    if mappings {
      let account = worker.account
      StandardError.write(account.isEmpty ? "no directory block was mapped\n" : MappingTable.text(account))
    }
  }

  /// Lists things by their own paths.
  private func list(
    _ items: [ResolvedPath], _ worker: inout ListingWorker, to output: ListingOutput
  ) throws(OutputError) {
    var bytes = ByteBuffer()
    try output.begin()
    worker.begin(alone: items, to: &bytes)
    while true {
      let findings = worker.goOn(to: &bytes, limit: StandardOutput.pieceByteCount)
      try output.take(bytes.bytes)
      bytes.removeAll()
      if let findings { return output.take(messages: findings.messages) }
    }
  }
}
