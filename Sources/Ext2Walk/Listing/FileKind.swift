import ExtVolume
import FolioCore

/// How kinds of files are shown: the letters of `ls`.
extension FileType {
  /// The first letter of `ls -l`.
  var letter: UInt8 {
    switch self {
    case .unknown: UInt8(ascii: "?")
    case .regular: UInt8(ascii: "-")
    case .directory: UInt8(ascii: "d")
    case .character: UInt8(ascii: "c")
    case .block: UInt8(ascii: "b")
    case .fifo: UInt8(ascii: "p")
    case .socket: UInt8(ascii: "s")
    case .symlink: UInt8(ascii: "l")
    }
  }

  /// The suffix of `ls -F`; nil for what has none.
  func suffix(mode: UInt16?) -> UInt8? {
    switch self {
    case .directory: UInt8(ascii: "/")
    case .symlink: UInt8(ascii: "@")
    case .fifo: UInt8(ascii: "|")
    case .socket: UInt8(ascii: "=")
    case .regular: (mode ?? 0) & 0o111 != 0 ? UInt8(ascii: "*") : nil
    case .unknown, .character, .block: nil
    }
  }
}

extension InodeAttributes {
  /// The ten letters of `ls -l`, such as `drwxr-xr-x`.
  var modeLetters: InlineArray<10, UInt8> {
    let all: InlineArray<3, UInt8> = [UInt8(ascii: "r"), UInt8(ascii: "w"), UInt8(ascii: "x")]
    var letters = InlineArray<10, UInt8>(repeating: UInt8(ascii: "-"))
    letters[0] = fileType.letter
    for place in 0..<9 where mode >> UInt16(8 - place) & 1 != 0 { letters[place + 1] = all[place % 3] }
    // Set-user-id, set-group-id and sticky take the place of an x: small where there is one, capital where not.
    if mode & 0o7000 != 0 {
      for (bit, at, small) in [
        (0o4000 as UInt16, 3, UInt8(ascii: "s")), (0o2000, 6, UInt8(ascii: "s")),
        (0o1000, 9, UInt8(ascii: "t")),
      ]
      where mode & bit != 0 {
        letters[at] = letters[at] == UInt8(ascii: "x") ? small : small - 32
      }
    }
    return letters
  }
}
