import ExtDisk
import ExtVolume
import TextOutput

/// What is said on stderr, and whether any of it was bad news.
///
/// Every line begins with the program and the image. Names in messages are always escaped.
struct Messages {
  private let image: String
  /// Lines that wait until somebody takes them; nil where they are written at once.
  private var kept: [String]?
  /// Whether something was left out or found damaged: exit status 1.
  private(set) var hasProblems = false

  /// - Parameter isKept: whether lines are kept until they are taken, and not written at once.
  init(image: [UInt8], isKept: Bool = false) {
    self.image = Escaping.text(image)
    kept = isKept ? [] : nil
  }

  /// The lines that were kept.
  mutating func takeKept() -> [String] {
    defer { kept = [] }
    return kept ?? []
  }

  /// Says something that is good to know.
  mutating func note(_ text: String) {
    say(text)
  }

  /// Says that something is damaged or left out.
  mutating func problem(_ text: String) {
    hasProblems = true
    say(text)
  }

  /// Says problems that were kept.
  mutating func problems(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    hasProblems = true
    for line in lines { StandardError.write(line) }
  }

  mutating func problem(_ problem: DirectoryProblem, directory: UInt32, path: [UInt8]) {
    self.problem(problem.description(directory: directory, path: path))
  }

  private mutating func say(_ text: String) {
    let line = "ext2walk: \(image): \(text)\n"
    if kept == nil { StandardError.write(line) } else { kept?.append(line) }
  }

}

extension Messages {
  /// Says what isn't there, and what was damaged on the way to what is.
  ///
  /// - Returns: what was found, and whether something was not.
  mutating func tell(_ outcomes: [PathLookup.Outcome]) -> (found: [ResolvedPath], isMissing: Bool) {
    var found: [ResolvedPath] = []
    var isMissing = false
    for outcome in outcomes {
      switch outcome.found {
      case .success(let item):
        if let words = item.entry.disagreement(with: item.inode.attributes) {
          problem("\(Escaping.text(item.path.shownPath)): \(words)")
        }
        found.append(item)
      case .failure(let error):
        problem(error.description)
        isMissing = true
      }
      for damage in outcome.damage {
        let (inode, path) = (damage.directory.inode, damage.directory.path)
        let words = damage.problem.description(directory: inode, path: path)
        problem("on the way to \(Escaping.text(outcome.path)): \(words)")
      }
    }
    return (found, isMissing)
  }

  private mutating func tellOfJournal() {
    note(
      "the journal has not been replayed (needs_recovery): this is the file system without its last changes")
  }

  /// Says what there is to say of a whole disk.
  mutating func tell(_ disk: DiskRemarks) {
    for text in disk.notes { note(text) }
    for text in disk.problems { problem(text) }
  }

  /// Says what may differ from what is read. No problem of the file system's.
  mutating func tell(whatMayChangeOf volume: Volume) {
    if volume.image.isMountedForWriting { note("it is mounted read-write: what is read may change") }
    if volume.superblock.needsRecovery { tellOfJournal() }
    if let words = Self.readPast(volume.featuresReadPast) { note(words) }
  }

  /// Says what to know of the file system as a whole before reading on.
  mutating func tell(aboutStateOf volume: Volume) {
    tell(whatMayChangeOf: volume)
    if volume.hasWrongSuperblockChecksum { problem("the superblock's checksum is wrong; read all the same") }
    if volume.image.byteCount < volume.declaredByteCount {
      problem(Self.cutShort(volume.image.byteCount, of: volume.declaredByteCount))
    }
  }

  /// That features were read past, and why that is safe; nil for none.
  static func readPast(_ features: [Feature]) -> String? {
    guard !features.isEmpty else { return nil }
    let names = features.map(\.name).joined(separator: ", ")
    let whys = features.compactMap { feature in
      feature.reading.whySafe.map {
        "\(feature.name): \($0); who reads all of it: \(feature.reading.readers)"
      }
    }
    return
      "libext2fs doesn't know its feature \(names); directories are read all the same (\(whys.joined(separator: "; ")))"
  }

  /// That an image holds less than all of its file system, both in bytes.
  static func cutShort(_ held: UInt64, of declared: UInt64) -> String {
    "the image holds \(held) of the file system's \(declared) bytes: it is cut short"
  }
}
