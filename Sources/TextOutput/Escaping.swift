/// Makes names safe to look at: a terminal obeys bytes that a file name may hold.
package enum Escaping {
  /// `bytes` as text in which nothing acts on a terminal or hides: control characters, bidirectional and
  /// zero-width characters and bytes that are not UTF-8 are written as escapes, a backslash as two.
  package static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    appendText(bytes) { text.append($0) }
    return text
  }

  /// `bytes`, a path, as a word to be typed into a shell: in quotation marks where the shell would make something else of
  /// them, and byte by byte where they can't be shown.
  package static func shellWord(_ bytes: [UInt8]) -> String {
    // What begins with a dash would be an option.
    let bytes = bytes.first == UInt8(ascii: "-") ? Array("./".utf8) + bytes : bytes
    let plain = String(decoding: bytes, as: UTF8.self)
    if !plain.isEmpty, plain.utf8.allSatisfy({ isSafeInShell($0) }) { return plain }
    if text(bytes) == plain.replacing("\\", with: "\\\\") {
      return "'" + plain.replacing("'", with: "'\\''") + "'"
    }
    let shown = bytes.map { byte in
      if isSafeInShell(byte) || byte == UInt8(ascii: " ") { return String(UnicodeScalar(byte)) }
      return "\\" + String(byte, radix: 8, width: 3)
    }
    return "$'" + shown.joined() + "'"
  }

  private static func isSafeInShell(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "/._+,:@%=-".utf8.contains(byte)
    }
  }

  private static func appendText(_ bytes: [UInt8], to append: (String) -> Void) {
    var decoder = UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var rest = bytes[...]
    while true {
      switch decoder.parseScalar(from: &input) {
      case .valid(let encoded):
        let scalar = UTF8.decode(encoded)
        append(escape(for: scalar) ?? String(scalar))
        rest = rest.dropFirst(encoded.count)
      case .error(let length):
        for byte in rest.prefix(length) { append(hexadecimal(byte)) }
        rest = rest.dropFirst(length)
      case .emptyInput: return
      }
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "\\x" + String(byte, radix: 16, width: 2)
  }

  private static func escape(for scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x5C: "\\\\"
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0..<0x20, 0x7F: hexadecimal(UInt8(scalar.value))
    case _ where acts(scalar): "\\u{" + String(scalar.value, radix: 16) + "}"
    default: nil
    }
  }

  /// Whether a character changes how its neighbours are shown, or can't be seen.
  package static func acts(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
