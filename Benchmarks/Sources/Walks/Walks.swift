import Glibc

/// `make bench`: ext2walk against a walk in C by libext2fs, e2fsck, and the peers that are installed.
///
///     Walks TOOL BASELINES IMAGES JSON [PART]
///
/// TOOL is the built ext2walk, BASELINES the folder with `c-walk` and `make-image`, IMAGES the folder for images, which
/// are made where they are missing, JSON the file that gets the figures; PART keeps the rows that have it in their names. Both sides of a row are run in turn, and the
/// row is the medians of these runs: only ratios carry over to other machines.
@main
struct Walks {
  let tool, baselines, images: String

  static func main() {
    let arguments = CommandLine.arguments
    guard (5...6).contains(arguments.count) else {
      print("Walks TOOL BASELINES IMAGES JSON [PART]")
      exit(64)
    }
    let walks = Walks(tool: arguments[1], baselines: arguments[2], images: arguments[3])
    for image in Image.all { walks.make(image) }
    var table = Table(header: Result.header)
    var results: [Result] = []
    let part = arguments.count > 5 ? arguments[5] : ""
    for comparison in walks.marks + walks.peers where part.isEmpty || comparison.name.contains(part) {
      let result = comparison.measure()
      results.append(result)
      table.add(result.row)
      say(result.row.joined(separator: "  "))
    }
    print(table.text)
    var disk = Table(header: DiskComparison.header)
    var (objects, missedOnDisk) = (results.map(\.json), 0)
    for (row, isMet, json) in walks.disks.flatMap({ $0.measure(onlyOf: part) }) {
      disk.add(row)
      say(row.joined(separator: "  "))
      objects.append(json)
      if !isMet { missedOnDisk += 1 }
    }
    print(disk.text)
    var rates = Table(header: ["what", "a second"])
    rates.add(["records, by the cursor, of a block in memory", million(Rates.recordsPerSecond())])
    for output in Self.outputs {
      rates.add(["entries, by ls \(output)", million(walks.entriesPerSecond(output))])
    }
    print(rates.text)
    save("[\n" + objects.joined(separator: ",\n") + "\n]\n", to: arguments[4])
    print("As JSON: \(arguments[4])")
    let missed = results.count { !$0.isMet } + missedOnDisk
    print(missed == 0 ? "All marks are met." : "\(missed) of \(objects.count) rows miss their mark.")
  }

  private func path(_ image: Image) -> String { "\(images)/\(image.name).img" }

  private func make(_ image: Image) {
    let path = path(image)
    guard access(path, R_OK) != 0 else { return }
    say("making \(path)")
    let program = Program("\(baselines)/make-image", ["\(path).new"] + image.arguments)
    guard program.run(.null).status == 0, rename("\(path).new", path) == 0 else { fail(path) }
  }

  // MARK: Marks

  private var marks: [Comparison] {
    unsorted + sorted + long + json + checks + checksums + growth + cold
  }

  private func ls(_ options: String, _ image: Image) -> Program {
    Program(tool, ["ls"] + options.split(separator: " ").map(String.init) + [path(image)])
  }

  private func walk(_ image: Image, _ options: [String] = []) -> Program {
    Program("\(baselines)/c-walk", options + [path(image)])
  }

  private func compare(
    _ options: String, _ image: Image, with theirs: Program, _ wanted: Double?, peak: Int? = nil
  ) -> Comparison {
    // One thread's cycles are what many images pay for: two threads mustn't take more than one.
    Comparison(
      name: "ls \(options), \(image.name)", image: path(image), ours: ls(options, image), theirs: theirs,
      wantedRatio: wanted,
      wantedProcessorRatio: theirs.path.hasSuffix("c-walk") ? (image.name == "many-64k" ? 0.35 : 1) : nil,
      wantedPeak: peak)
  }

  private var unsorted: [Comparison] {
    [(Image.many64, 0.20), (.wide64, 0.45), (.many4, 0.45)].map { image, wanted in
      var row = compare("-RU --full-path", image, with: walk(image), wanted, peak: 32)
      row.hasPipe = true
      return row
    }
  }

  private var sorted: [Comparison] {
    [(Image.many64, 0.35, 32), (.wide64, 0.9, 160), (.many4, 0.7, 32)].map { image, wanted, peak in
      compare("-R", image, with: walk(image), wanted, peak: peak)
    }
  }

  private var long: [Comparison] {
    [Image.many64, .wide64, .many4].map { compare("-lRU", $0, with: walk($0, ["-l"]), 0.5) }
  }

  private var json: [Comparison] {
    [Image.many64, .wide64].map {
      compare("-RU --format ndjson", $0, with: ls("-RU --full-path", $0), 1.5)
    }
  }

  private var checks: [Comparison] {
    Image.large.map {
      Comparison(
        name: "verify, \($0.name)", image: path($0), ours: Program(tool, ["verify", path($0)]),
        theirs: Program("e2fsck", ["-fn", path($0)]), wantedRatio: 1, rounds: 5)
    }
  }

  private var checksums: [Comparison] {
    let image = Image.checksums64
    return [
      compare("-RU --full-path", image, with: walk(image), 0.10),
      compare("-RU --full-path --checksums", image, with: walk(image), 0.5),
    ]
  }

  /// Ten times the entries, against a tenth of them.
  private var growth: [Comparison] {
    [(Image.many64, Image.tenth64), (.wide64, .wideTenth64)].flatMap { large, small in
      ["-RU --full-path", "-R"].map { options in
        Comparison(
          name: "ls \(options), \(large.name) to \(small.name)", image: path(large), ours: ls(options, large),
          theirs: ls(options, small), wantedRatio: 11)
      }
    }
  }

  private var cold: [Comparison] {
    [Image.many64, .wide64, .many4].map { image in
      let row = compare("-RU --full-path", image, with: walk(image), 1)
      return Comparison(
        name: "cold: " + row.name, image: row.image, ours: row.ours, theirs: row.theirs, wantedRatio: 1,
        isCold: true, rounds: 3)
    }
  }

  // MARK: A disk with a head

  /// What is waited for a disk with a head of which nothing is in memory, by a model: see ``DiskModel``.
  private var disks: [DiskComparison] {
    guard isInstalled("strace") else {
      print("No rows of a disk with a head: strace isn't installed (make bench-peers).")
      return []
    }
    var images = [(path(.many4), "many-4k"), (path(.many64), "many-64k")]
    if let aged = agedImage() { images.append((aged, "aged-4k")) }
    return images.map { image, name in
      func ours(_ command: String, _ wanted: Double) -> (Program, String, Double) {
        (Program(tool, command.split(separator: " ").map(String.init) + [image]), command, wanted)
      }
      return DiskComparison(
        image: image, name: name,
        ours: [ours("ls -RU", 1), ours("ls -R", 1), ours("ls -lR", 1), ours("verify", 1.2)],
        theirs: Program("e2fsck", ["-fn", image]))
    }
  }

  /// An image that a kernel has written as in years of use; nil where this user can't mount one.
  private func agedImage() -> String? {
    let (path, folder) = ("\(images)/aged-4k.img", "\(images)/mounted")
    if access(path, R_OK) == 0 { return path }
    func run(_ script: String) -> Bool {
      Program("sh", ["-c", script, "sh", "\(path).new", folder]).run(.null).status == 0
    }
    guard geteuid() == 0,
      run(
        "truncate -s 8G \"$1\" && mke2fs -q -F -t ext4 -b 4096 -N 1000000 \"$1\" && mkdir -p \"$2\" && mount -o loop \"$1\" \"$2\""
      )
    else {
      print("No rows of aged-4k: it takes root, who can mount an image.")
      return nil
    }
    say("making \(path)")
    Ageing.grow(in: folder, directoryCount: 8000, fileCount: 400_000)
    guard run("umount \"$2\""), rename("\(path).new", path) == 0 else { fail(path) }
    return path
  }

  // MARK: Rates

  private static var outputs: [String] {
    ["-RU", "-RU --full-path", "-R", "-lRU", "-lR", "-RU --format ndjson", "-lRU --format ndjson"]
  }

  /// Entries of many-64k a second, the process' start and end included.
  private func entriesPerSecond(_ options: String) -> Double {
    let program = ls(options, .many64)
    let times = (0..<5).map { _ in program.run(.null).milliseconds }
    return Double(Image.many64.entryCount) / median(times) * 1000
  }

  // MARK: Peers

  private var peers: [Comparison] {
    var rows: [Comparison] = []
    func add(_ name: String, _ image: Image, _ theirs: Program, rounds: Int = 3) {
      rows.append(
        Comparison(
          name: "ls -RU, \(image.name), to \(name)", image: path(image), ours: ls("-RU --full-path", image),
          theirs: theirs, wantedRatio: nil, rounds: rounds))
    }
    for (name, options) in [("fls", ["-rp"]), ("7zz", ["l", "-ba"])] where isInstalled(name) {
      for image in [Image.many4, .tenth64] { add(name, image, Program(name, options + [path(image)])) }
    }
    if isInstalled("debugfs") {
      add("debugfs", .wide64, Program("debugfs", ["-R", "ls -p /wide", path(.wide64)]))
    }
    if geteuid() == 0 {
      // Kernels of 4 KiB pages mount this one.
      let kernel = mounted("mount -o loop,ro \"$1\" \"$2\"", .many4)
      if kernel.run(.null).status == 0 { add("mount and find", .many4, kernel) }
      if isInstalled("fuse2fs") {
        add("fuse2fs and find", .tenth64, mounted("fuse2fs -o ro \"$1\" \"$2\"", .tenth64), rounds: 1)
      }
    }
    return rows
  }

  /// Mounts an image by `mount`, finds all in it, and unmounts it.
  private func mounted(_ mount: String, _ image: Image) -> Program {
    let script = "mkdir -p \"$2\" && \(mount) && find \"$2\" && umount \"$2\""
    return Program("sh", ["-c", script, "sh", path(image), "\(images)/mounted"])
  }

  private func isInstalled(_ name: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }
}
