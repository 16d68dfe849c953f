import ExtVolume
import Foundation
import SystemPackage
import Testing

/// What a kernel made of a file system that was changed: a row of `fixtures/mounts/*.tsv`.
struct RecordedMount: Hashable, CustomTestStringConvertible {
  /// How the file system is made.
  struct Base: Hashable, CustomTestStringConvertible {
    /// What mke2fs is given.
    let options: [String]
    let blockCount: Int
    var testDescription: String { options.joined(separator: " ") }
  }

  let base: Base
  /// As debugfs takes them; or, with a `tune2fs ` before it, as that does. One after the other; none for the file system
  /// as mke2fs makes it.
  let changes: [String]
  /// `readWrite`, `readOnly` or `no`: by whichever of `rw`, `ro` and `ro,noload` does most. Or `unchanged`, where some of
  /// the changes changed nothing, and nothing was mounted.
  let mounts: String
  /// The release of the Linux that said so.
  let kernel: String

  var testDescription: String { "\(base.testDescription): \(changes.joined(separator: "; "))" }

  init(_ base: Base, _ changes: [String], mounts: String, kernel: String) {
    self.base = base
    self.changes = changes
    self.mounts = mounts
    self.kernel = kernel
  }
}

/// A file of recorded mounts.
struct RecordedMounts {
  var path: FilePath
  private(set) var rows: [RecordedMount]

  private static let columns = ["options", "blocks", "change", "verdict", "kernel"]

  /// - Parameter kernel: what the file is called by: `6.18`.
  init(kernel: String) throws {
    path = projectRoot.appending("fixtures/mounts/linux-\(kernel).tsv")
    rows = []
    let lines = String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    for line in lines.dropFirst() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count == Self.columns.count, "\(path): \(line)")
      try #require(["readWrite", "readOnly", "no", "unchanged"].contains(fields[3]), "\(path): \(line)")
      rows.append(
        RecordedMount(
          .init(
            options: fields[0].split(separator: " ").map(String.init),
            blockCount: try #require(Int(fields[1]), "\(line)")),
          fields[2].isEmpty ? [] : fields[2].split(separator: "; ").map(String.init), mounts: fields[3],
          kernel: fields[4]))
    }
    try #require(lines.first.map(String.init) == Self.columns.joined(separator: "\t"), "\(path)")
  }

  /// The file systems, in the order of the file.
  var bases: [RecordedMount.Base] {
    var seen: Set<RecordedMount.Base> = []
    return rows.map(\.base).filter { seen.insert($0).inserted }
  }

  func rows(of base: RecordedMount.Base) -> [RecordedMount] { rows.filter { $0.base == base } }

  /// Puts `new` in the place of all rows of `base`, and writes the file; `order` is that of the file systems in it.
  mutating func replace(
    _ base: RecordedMount.Base, by new: [RecordedMount], order: [RecordedMount.Base]
  ) throws {
    let others = rows.filter { $0.base != base }
    rows = order.flatMap { each in each == base ? new : others.filter { $0.base == each } }
    let comments = String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("#") }
    let lines = rows.map {
      [
        $0.base.options.joined(separator: " "), "\($0.base.blockCount)", $0.changes.joined(separator: "; "),
        $0.mounts, $0.kernel,
      ]
    }
    let text = comments.map(String.init) + ([Self.columns] + lines).map { $0.joined(separator: "\t") }
    try writeFile(path, Array((text.joined(separator: "\n") + "\n").utf8))
  }
}

/// A file system as mke2fs makes it, and what comes of changing copies of it.
struct ChangedImages {
  /// What came of some changes.
  struct Outcome {
    let changes: [String]
    /// What `info` says.
    let facts: ImageFacts
    /// What this machine's kernel does with it; nil where it wasn't asked.
    let mounts: String?

    /// What `info` says of a kernel of this release whose pages are of 4 KiB.
    func verdict(ofKernel release: String) throws -> ImageFacts.Kernel {
      let version = try #require(KernelVersion(release: release), "\(release)")
      let takesLargeBlocks = version >= KernelVersion(6, 19)
      return try #require(
        facts.kernels?.first {
          $0.driver == "ext4" && $0.pageSize == 4096 && $0.largeBlocks == takesLargeBlocks
            && $0.running == nil
        }, "\(release)")
    }
  }

  private let scratch: ScratchDirectory
  /// So many are changed by one process.
  private static var batch: Int { 50 }

  /// - Parameter fill: a script that puts something in; the image is `good.img`, in the directory it runs in.
  init(_ base: RecordedMount.Base, fill: String = "true") async throws {
    let scratch = try ScratchDirectory()
    let made = try await Command.mke2fs(
      base.options, scratch.path.appending("good.img").string, "\(base.blockCount)")
    try #require(made.status == 0, "\(made.messages)")
    let filled = try await Command.script(
      "set -e; cd \"$2\"; mkdir mnt; \(fill)\n\(Self.sameTime); debugfs -w -R 'dirty -clean' good.img 2> messages",
      [scratch.path.string])
    try #require(filled.status == 0, "\(filled.messages)")
    self.scratch = scratch
  }

  /// Changes a copy by each of `all`; those of which some change nothing are left out.
  ///
  /// - Parameter mounts: whether this machine's kernel is asked too.
  func outcomes(of all: [[String]], mounts: Bool) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for start in stride(from: 0, to: all.count, by: Self.batch) {
      let part = all[start..<min(all.count, start + Self.batch)]
      let text = part.map { $0.joined(separator: "; ") + "\n" }.joined()
      try writeFile(scratch.path.appending("rows"), Array(text.utf8))
      let finished = try await Command.script(Self.script, [scratch.path.string, mounts ? "mounts" : ""])
      let lines = finished.text.split(separator: "\n")
      try #require(finished.status == 0 && lines.count == part.count, "\(finished.messages)")
      for (index, (changes, line)) in zip(part, lines).enumerated() where line != "unchanged" {
        let json = try readFile(scratch.path.appending("info.\(index + 1)"))
        let facts = try JSONDecoder().decode(ImageFacts.self, from: Data(json))
        outcomes.append(Outcome(changes: changes, facts: facts, mounts: mounts ? String(line) : nil))
      }
    }
    return outcomes
  }

  /// The superblock says when it was written: of an image that is otherwise unchanged, the same.
  private static let sameTime = "export E2FSPROGS_FAKE_TIME=1700000000"

  /// A line for each row: whether it changes nothing, or what the kernel did, or a word for that nobody asked it.
  private static let script = """
    cd "$2" || exit
    \(sameTime)
    n=0
    while IFS= read -r row <&3; do
      n=$((n + 1))
      # A new file each time: mount takes the loop device of one that it has, with the contents it had.
      rm -f changed.img && cp good.img changed.img || exit
      said=changed
      before=good.img
      while [ -n "$row" ]; do
        change=${row%%; *}
        case $row in *"; "*) row=${row#*; } ;; *) row= ;; esac
        case $change in
          tune2fs\\ *) $change changed.img ;;
          *) debugfs -w -R "$change" changed.img ;;
        esac > changing 2>&1
        # Some say what is there already, or of what isn't there.
        if cmp -s $before changed.img; then said=unchanged; fi
        if [ -n "$row" ]; then
          before=before.img
          cp changed.img $before || exit
        fi
      done
      if [ $said = changed ]; then
        "$1" info --format json changed.img > info.$n 2> messages
        [ -s info.$n ] || { cat messages >&2; exit 3; }
        if [ -n "$3" ]; then
          # By its name: for one that ext2 could have, mount would ask for another driver's options.
          said=no
          for options in loop loop,ro loop,ro,noload; do
            mount -t ext4 -o $options changed.img mnt 2> messages || continue
            said=readWrite
            if grep "$2/mnt " /proc/mounts | grep -q ' ro,'; then said=readOnly; fi
            umount mnt || exit
            break
          done
        fi
      fi
      echo $said
    done 3< rows
    """
}
