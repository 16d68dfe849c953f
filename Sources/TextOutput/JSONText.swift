public import Basics

/// Bytes as they stand in a JSON string, made once for what many strings begin with.
package struct JSONText {
  /// The bytes themselves.
  package let bytes: [UInt8]
  /// As they stand between quotation marks.
  package let escaped: [UInt8]
  package let isUTF8: Bool

  package init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
    (escaped, isUTF8) = bytes.raw.isPlainJSON ? (bytes, true) : Self.escape(bytes.raw)
  }

  /// `bytes` as JSON has them, and whether they are UTF-8. What acts on a terminal is escaped here too.
  package static func escape(_ bytes: RawSpan) -> (escaped: [UInt8], isUTF8: Bool) {
    let text = String(decoding: [UInt8](copying: bytes), as: UTF8.self)
    var escaped: [UInt8] = []
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": escaped += [UInt8(ascii: "\\"), UInt8(ascii: scalar)]
      case " "..."~": escaped.append(UInt8(ascii: scalar))
      case _ where Escaping.acts(scalar):
        for unit in String(scalar).utf16 {
          escaped += Array("\\u\(String(unit, radix: 16, width: 4))".utf8)
        }
      default: escaped += Array(String(scalar).utf8)
      }
    }
    return (escaped, text.utf8.elementsEqual([UInt8](copying: bytes)))
  }
}

extension RawSpan {
  /// Whether the bytes stand in a JSON string as they are: printable ASCII, and nothing that JSON escapes.
  @inlinable
  package var isPlainJSON: Bool {
    !marks { word in
      word.marks(below: 0x20) | word.marks(byte: 0x7F) | word.marks(byte: UInt8(ascii: "\""))
        | word.marks(byte: UInt8(ascii: "\\"))
    }
  }

  /// Where the last slash is; nil where there is none.
  package var lastSlash: Int? {
    byteOffsets.last { self[byteAt: $0] == UInt8(ascii: "/") }
  }
}
