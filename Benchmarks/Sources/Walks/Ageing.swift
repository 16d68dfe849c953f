import Glibc

/// A tree as years of use leave it: directories that came below others, files that came and went, so that what belongs together
/// lies apart on the disk.
struct Ageing {
  private let root: String
  private var random: UInt64 = 1
  private var directories: [String]
  private var files: [String] = []

  private init(in root: String) {
    self.root = root
    directories = [root]
  }

  /// Makes `directoryCount` directories and `fileCount` files below `root`, and removes some of the files again. The same ones
  /// each time.
  static func grow(in root: String, directoryCount: Int, fileCount: Int) {
    var ageing = Ageing(in: root)
    for index in 0..<directoryCount { ageing.makeDirectory(index) }
    for index in 0..<fileCount { ageing.makeFile(index, of: fileCount) }
  }

  /// A number below `end`, by SplitMix64.
  private mutating func below(_ end: Int) -> Int {
    random &+= 0x9E37_79B9_7F4A_7C15
    var mixed = random
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ mixed >> 31) % UInt64(end))
  }

  /// Two in three stand below one of the last 300.
  private mutating func makeDirectory(_ index: Int) {
    let recent = max(0, directories.count - 300)
    var parent =
      below(3) < 2
      ? directories[recent + below(directories.count - recent)] : directories[below(directories.count)]
    if parent.count(where: { $0 == "/" }) > root.count(where: { $0 == "/" }) + 10 {
      parent = directories[below(min(40, directories.count))]
    }
    let path = "\(parent)/directory-\(index)" + String(repeating: "y", count: below(10))
    guard mkdir(path, 0o755) == 0 else { fail(path) }
    directories.append(path)
  }

  /// Half of them come where others came at that time, the rest anywhere. One in seven is removed again.
  private mutating func makeFile(_ index: Int, of count: Int) {
    let time = index * (directories.count - 1) / count
    let place =
      below(2) == 0 ? below(directories.count) : min(directories.count - 1, max(0, time - 40 + below(80)))
    let path = "\(directories[place])/photo-\(index)" + String(repeating: "z", count: below(25)) + ".jpg"
    let file = open(path, O_CREAT | O_WRONLY, 0o644)
    guard file >= 0 else { fail(path) }
    if below(10) < 3 {
      let bytes = [UInt8](repeating: 120, count: 1 + below(30_000))
      guard write(file, bytes, bytes.count) == bytes.count else { fail(path) }
    }
    close(file)
    files.append(path)
    if below(7) == 0 {
      let old = below(files.count)
      unlink(files[old])
      files[old] = files[files.count - 1]
      files.removeLast()
    }
  }
}
