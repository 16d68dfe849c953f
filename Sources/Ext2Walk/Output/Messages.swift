import SystemPackage

/// What is said on stderr, and whether any of it was bad news.
///
/// Every line begins with the program and the image. Names in messages are always escaped.
struct Messages {
  private let image: String
  /// Whether something was left out or found damaged: exit status 1.
  private(set) var hasProblems = false

  init(image: [UInt8]) {
    self.image = Escaping.text(image)
  }

  /// Says something that is good to know.
  func note(_ text: String) {
    say(text)
  }

  /// Says that something is damaged or left out.
  mutating func problem(_ text: String) {
    hasProblems = true
    say(text)
  }

  mutating func problem(_ problem: DirectoryProblem, directory: UInt32, path: [UInt8]) {
    self.problem(problem.description(directory: directory, path: path))
  }

  private func say(_ text: String) {
    Self.write("ext2walk: \(image): \(text)\n")
  }

  /// Writes to stderr; if that is closed there is nobody left to tell.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

extension Messages {
  func tellOfJournal() {
    note(
      "the journal has not been replayed (needs_recovery): this is the file system without its last changes")
  }

  /// Says what to know of the file system as a whole before reading on.
  mutating func tell(aboutStateOf volume: Volume) {
    if volume.superblock.needsRecovery { tellOfJournal() }
    if volume.hasWrongSuperblockChecksum { problem("the superblock's checksum is wrong; read all the same") }
    if volume.image.byteCount < volume.declaredByteCount {
      problem(
        "the image holds \(volume.image.byteCount) of the file system's \(volume.declaredByteCount) bytes: it is cut short"
      )
    }
  }
}
