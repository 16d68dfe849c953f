import ExtVolume
import FolioCore

/// Colours of names, as `LS_COLORS` has them.
///
/// Mirrors what `dircolors` documents: two-letter codes for types, `*SUFFIX` for names.
struct Colors {
  private var types: [String: String] = [
    "di": "01;34", "ln": "01;36", "pi": "33", "so": "01;35", "bd": "01;33", "cd": "01;33", "ex": "01;32",
  ]
  private var suffixes: [(suffix: [UInt8], color: String)] = []

  /// - Parameter lsColors: the value of `LS_COLORS`; entries that make no sense are passed over.
  init(lsColors: String?) {
    for entry in (lsColors ?? "").split(separator: ":") {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 == 0x3B || (0x30...0x39).contains($0) }) else {
        continue
      }
      if parts[0].hasPrefix("*") {
        suffixes.append((Array(parts[0].dropFirst().utf8), String(parts[1])))
      } else {
        types[String(parts[0])] = String(parts[1])
      }
    }
  }

  /// The parameters of the escape sequence for a name; nil for one without colour.
  func color(of type: FileType, mode: UInt16?, name: [UInt8]) -> String? {
    let code: String
    switch type {
    case .directory: code = "di"
    case .symlink: code = "ln"
    case .fifo: code = "pi"
    case .socket: code = "so"
    case .block: code = "bd"
    case .character: code = "cd"
    case .regular where (mode ?? 0) & 0o111 != 0: code = "ex"
    case .regular, .unknown:
      let match = suffixes.last {
        name.count >= $0.suffix.count && name.suffix($0.suffix.count).elementsEqual($0.suffix)
      }
      return match?.color ?? types["fi"]
    }
    return types[code].flatMap { $0.isEmpty ? nil : $0 }
  }
}
