import ExtDisk
import ExtVolume
import TextOutput

extension Diagnostics {
  /// Says what isn't there, and what was damaged on the way to what is.
  ///
  /// - Returns: what was found.
  func tell(_ outcomes: [PathLookup.Outcome]) -> [ResolvedPath] {
    var found: [ResolvedPath] = []
    for outcome in outcomes {
      switch outcome.found {
      case .success(let item):
        if let disagreement = item.entry.disagreement(with: item.inode.attributes) {
          damage("\(Escaping.text(item.path.shownPath)): \(disagreement)")
        }
        found.append(item)
      case .failure(let error):
        failure(error.sentence)
      }
      for met in outcome.damage {
        let words = met.damage.sentence(directory: met.directory.inode, path: met.directory.path)
        damage("on the way to \(Escaping.text(outcome.path)): \(words)")
      }
    }
    return found
  }

  private func tellOfJournal() {
    note(
      "the journal has not been replayed (needs_recovery): this is the file system without its last changes")
  }

  /// Says what there is to say of a whole disk.
  func tell(_ disk: DiskState) {
    for each in disk.notes { note(each.sentence) }
    for each in disk.damage { damage(each.sentence) }
  }

  /// Says what may differ from what is read. No problem of the file system's.
  func tell(whatMayChangeOf volume: Volume) {
    if volume.image.isMountedForWriting { note("it is mounted read-write: what is read may change") }
    if volume.superblock.needsRecovery { tellOfJournal() }
    if let words = Self.readPast(volume.featuresReadPast) { note(words) }
  }

  /// Says what to know of the file system as a whole before reading on.
  func tell(aboutStateOf volume: Volume) {
    tell(whatMayChangeOf: volume)
    if volume.hasWrongSuperblockChecksum { damage("the superblock's checksum is wrong; read all the same") }
    if volume.image.byteCount < volume.superblock.byteCount {
      damage(Self.cutShort(volume.image.byteCount, of: volume.superblock.byteCount))
    }
  }

  /// That features were read past, and why that is safe; nil for none.
  static func readPast(_ features: [Feature]) -> String? {
    guard !features.isEmpty else { return nil }
    let names = features.map(\.name).joined(separator: ", ")
    let whys = features.compactMap { feature in
      feature.readPast.map { "\(feature.name): \($0.words); who reads all of it: \(feature.readers)" }
    }
    return
      "libext2fs doesn't know its feature \(names); directories are read all the same (\(whys.joined(separator: "; ")))"
  }

  /// That an image holds less than all of its file system, both in bytes.
  static func cutShort(_ held: UInt64, of declared: UInt64) -> String {
    "the image holds \(held) of the file system's \(declared) bytes: it is cut short"
  }
}
