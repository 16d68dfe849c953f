public import Basics

/// One JSON object on its way into a buffer: members in the order they are added. Valid for any bytes (RFC 8259).
///
/// Only what is public is inlined where it is used: numbers, which are most of a listing.
public struct JSONObject {
  private var isEmpty: Bool

  /// - Parameter hasMembers: whether it has been begun, with other members.
  package init(hasMembers: Bool = false) {
    isEmpty = !hasMembers
  }

  /// Adds a number in decimal digits, or null.
  @inlinable
  public mutating func add(
    _ key: StaticString, _ value: (some FixedWidthInteger)?, to output: inout ByteBuffer
  ) {
    beginMember(key, &output)
    if let value { output.append(value) } else { output.append("null") }
  }

  /// Adds the number of one of many, or null.
  @inlinable
  public mutating func add(_ key: StaticString, _ number: (some Ordinal)?, to output: inout ByteBuffer) {
    add(key, number?.rawValue, to: &output)
  }

  package mutating func add(_ key: StaticString, _ value: Bool?, to output: inout ByteBuffer) {
    beginMember(key, &output)
    switch value {
    case true?: output.append("true")
    case false?: output.append("false")
    case nil: output.append("null")
    }
  }

  package mutating func add(_ key: StaticString, _ values: [Int], to output: inout ByteBuffer) {
    beginArray(key, &output)
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.append(value)
    }
    endArray(&output)
  }

  /// Begins an array; what is appended next, with commas between, are its elements.
  package mutating func beginArray(_ key: StaticString, _ output: inout ByteBuffer) {
    beginMember(key, &output)
    output.append(UInt8(ascii: "["))
  }

  package func endArray(_ output: inout ByteBuffer) {
    output.append(UInt8(ascii: "]"))
  }

  package mutating func add(_ key: StaticString, _ value: String?, to output: inout ByteBuffer) {
    beginMember(key, &output)
    if let value { Self.append(text: value, to: &output) } else { output.append("null") }
  }

  package mutating func add(_ key: StaticString, _ texts: [String], to output: inout ByteBuffer) {
    beginArray(key, &output)
    for (index, text) in texts.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      Self.append(text: text, to: &output)
    }
    endArray(&output)
  }

  private static func append(text: String, to output: inout ByteBuffer) {
    output.append(UInt8(ascii: "\""))
    _ = append(text.utf8Span.span.raw, to: &output)
    output.append(UInt8(ascii: "\""))
  }

  /// Adds bytes as text, and where they are not UTF-8 also `<key>Bytes`, in hexadecimal.
  package mutating func add(_ key: StaticString, bytes: RawSpan, to output: inout ByteBuffer) {
    beginMember(key, &output)
    output.append(UInt8(ascii: "\""))
    let isUTF8 = Self.append(bytes, to: &output)
    output.append(UInt8(ascii: "\""))
    if !isUTF8 { Self.addHexadecimal(key, bytes, to: &output) }
  }

  /// Adds `start` and `rest` as one text of hexadecimal digits, after other members.
  ///
  /// - Parameter key: `Bytes` is put after it.
  package static func addHexadecimal(
    _ key: StaticString, _ start: RawSpan, _ rest: RawSpan = RawSpan(), to output: inout ByteBuffer
  ) {
    output.append(",\"")
    output.append(key)
    output.append("Bytes\":\"")
    for offset in 0..<start.byteCount + rest.byteCount {
      let byte = offset < start.byteCount ? start[byteAt: offset] : rest[byteAt: offset - start.byteCount]
      output.append(text: String(byte, radix: 16, width: 2))
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Appends what stands in a string. Returns whether `bytes` are UTF-8.
  @inline(__always)
  private static func append(_ bytes: RawSpan, to output: inout ByteBuffer) -> Bool {
    if bytes.isPlainJSON {
      output.append(bytes)
      return true
    }
    let (escaped, isUTF8) = JSONText.escape(bytes)
    output.append(escaped)
    return isUTF8
  }

  /// Closes the object, which has at least one member.
  package func end(_ output: inout ByteBuffer) {
    output.append(UInt8(ascii: "}"))
  }

  @usableFromInline
  mutating func beginMember(_ key: StaticString, _ output: inout ByteBuffer) {
    output.append(isEmpty ? "{\"" : ",\"")
    isEmpty = false
    output.append(key)
    output.append("\":")
  }
}
