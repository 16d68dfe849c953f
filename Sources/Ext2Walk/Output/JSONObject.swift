import FolioCore

/// One JSON object on its way into a buffer: members in the order they are added. Valid for any bytes (RFC 8259).
struct JSONObject {
  private var isEmpty = true

  mutating func add(_ key: StaticString, _ value: (some FixedWidthInteger)?, to output: inout OutputBuffer) {
    begin(key, &output)
    if let value { output.append(value) } else { output.append("null") }
  }

  mutating func add(_ key: StaticString, _ value: Bool?, to output: inout OutputBuffer) {
    begin(key, &output)
    switch value {
    case true?: output.append("true")
    case false?: output.append("false")
    case nil: output.append("null")
    }
  }

  mutating func add(_ key: StaticString, _ values: [Int], to output: inout OutputBuffer) {
    beginArray(key, &output)
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.append(value)
    }
    endArray(&output)
  }

  /// Begins an array; what is appended next, with commas between, are its elements.
  mutating func beginArray(_ key: StaticString, _ output: inout OutputBuffer) {
    begin(key, &output)
    output.append(UInt8(ascii: "["))
  }

  func endArray(_ output: inout OutputBuffer) {
    output.append(UInt8(ascii: "]"))
  }

  mutating func add(_ key: StaticString, _ value: String?, to output: inout OutputBuffer) {
    begin(key, &output)
    if let value { Self.append(value, to: &output) } else { output.append("null") }
  }

  /// Adds bytes as text, and where they are not UTF-8 also `<key>Bytes`, in hexadecimal.
  mutating func add(_ key: StaticString, bytes: [UInt8], to output: inout OutputBuffer) {
    let text = String(decoding: bytes, as: UTF8.self)
    add(key, text, to: &output)
    guard !text.utf8.elementsEqual(bytes) else { return }
    output.append(",\"")
    output.append(key)
    output.append("Bytes\":\"")
    for byte in bytes {
      output.append(Self.hexadecimalDigit(byte >> 4))
      output.append(Self.hexadecimalDigit(byte & 15))
    }
    output.append(UInt8(ascii: "\""))
  }

  mutating func add(
    _ key: StaticString, nanoseconds: StaticString, _ time: Timestamp?, to output: inout OutputBuffer
  ) {
    add(key, time?.seconds, to: &output)
    add(nanoseconds, time?.nanoseconds, to: &output)
  }

  /// Closes the object, which has at least one member.
  func end(_ output: inout OutputBuffer) {
    output.append(UInt8(ascii: "}"))
  }

  private mutating func begin(_ key: StaticString, _ output: inout OutputBuffer) {
    output.append(isEmpty ? "{\"" : ",\"")
    isEmpty = false
    output.append(key)
    output.append("\":")
  }

  /// Appends a string. What acts on a terminal is escaped here too, as JSON's own escapes.
  static func append(_ text: String, to output: inout OutputBuffer) {
    output.append(UInt8(ascii: "\""))
    defer { output.append(UInt8(ascii: "\"")) }
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
      output.append(text)
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        output.append(UInt8(ascii: "\\"))
        output.append(UInt8(ascii: scalar))
      case " "..."~": output.append(UInt8(ascii: scalar))
      case _ where Escaping.acts(scalar):
        for unit in String(scalar).utf16 {
          output.append("\\u")
          for shift in [12, 8, 4, 0] { output.append(hexadecimalDigit(UInt8(unit >> UInt16(shift) & 15))) }
        }
      default: output.append(String(scalar))
      }
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
