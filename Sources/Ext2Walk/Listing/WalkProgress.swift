import ExtVolume
import TextOutput

/// How far a walk is, on a line of stderr: directories, entries, and how many of the inodes in use that is.
struct WalkProgress: ~Copyable {
  private var line: ProgressLine
  private let inodesInUse: UInt32
  private var directoryCount = 0
  private var entryCount = 0

  init(isOn: Bool, of superblock: Superblock) {
    line = ProgressLine(isOn: isOn)
    inodesInUse = superblock.inodesInUse
  }

  /// Says that a directory was read.
  mutating func add(entryCount: Int) {
    directoryCount += 1
    self.entryCount += entryCount
    let (directories, entries) = (directoryCount, self.entryCount)
    // Hard links have more names than inodes.
    line.step(part: min(1, Double(entries) / Double(max(1, inodesInUse)))) {
      "\(directories) directories, \(entries) entries"
    }
  }

  /// Says that directories are asked for ahead.
  mutating func isReadingAhead(part: Double) {
    line.step(part: part) { "reading ahead, in the order of the disk" }
  }

  /// Takes the line away, so that something else can be written.
  mutating func clear() { line.clear() }
}
