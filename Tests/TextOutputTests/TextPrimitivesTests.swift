import Basics
import Foundation
import SystemPackage
import Testing
import TextOutput

@testable import TestSupport

/// What writes text, against readers that nobody here wrote, on random bytes.
@Suite struct TextPrimitivesTests {
  /// Bytes of which many mean something to a terminal, to JSON or to the escapes themselves.
  private func bytes(_ random: inout SeededRandom, upTo most: Int = 12) -> [UInt8] {
    let special: [[UInt8]] = [
      [0x5C], [0x5C, 0x5C], Array("\\x1b".utf8), Array("\\u{202e}".utf8), Array("\\n".utf8), [0x0A], [0x1B],
      [0x22], [0x7F], [0], [0xFF], [0xC3], [0xC3, 0xA4], [0xE2, 0x80, 0xAE], [0xED, 0xA0, 0x80],
      [0xF0, 0x9F, 0x8E, 0x89], Array("u{61}".utf8), Array("x61".utf8), [0xC2, 0x85], [0xEF, 0xBB, 0xBF],
      [0xF4, 0x90, 0x80, 0x80],
    ]
    var bytes: [UInt8] = []
    for _ in 0..<random.below(most) {
      bytes += random.below(2) == 0 ? special[random.below(special.count)] : [UInt8(random.below(256))]
    }
    return bytes
  }

  /// Undoes ``Escaping/text(_:)``.
  private func unescaped(_ text: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.unicodeScalars)[...]
    func digits(_ count: Int) throws -> UInt32 {
      let digits = rest.prefix(count)
      try #require(
        digits.count == count && digits.allSatisfy { "0123456789abcdef".unicodeScalars.contains($0) })
      rest = rest.dropFirst(count)
      return try #require(UInt32(String(String.UnicodeScalarView(digits)), radix: 16))
    }
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        bytes += Array(String(scalar).utf8)
        continue
      }
      switch rest.popFirst() {
      case "x": bytes.append(UInt8(try digits(2)))
      case "u":
        let begin = rest.popFirst()
        let number = try digits(rest.prefix { $0 != "}" }.count)
        bytes += Array(String(try #require(Unicode.Scalar(number))).utf8)
        let end = rest.popFirst()
        try #require(begin == "{" && end == "}", "\(text)")
      case "\\": bytes.append(0x5C)
      case "t": bytes.append(9)
      case "n": bytes.append(10)
      case "r": bytes.append(13)
      default: throw CocoaError(.formatting)
      }
    }
    return bytes
  }

  /// No two names look the same: each text leads back to its bytes.
  @Test func escapedTextLeadsBackToItsBytes() throws {
    var random = SeededRandom(seed: 1)
    var escaped = 0
    for _ in 0..<20000 {
      let bytes = bytes(&random)
      let text = Escaping.text(bytes)
      try #require(try unescaped(text) == bytes, "\(bytes): \(text)")
      #expect(!text.unicodeScalars.contains { Escaping.acts($0) }, "\(bytes)")
      if !text.utf8.elementsEqual(bytes) { escaped += 1 }
    }
    #expect(escaped > 10000)
  }

  @Test func textInJSONIsWhatAParserReads() throws {
    var random = SeededRandom(seed: 2)
    var (plain, broken) = (0, 0)
    for _ in 0..<20000 {
      let bytes = bytes(&random)
      let text = JSONText(bytes)
      #expect(text.bytes == bytes)
      #expect(text.isUTF8 == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
      let json = Data([0x22] + text.escaped + [0x22])
      let read = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed) as? String
      #expect(read.map { Array($0.utf8) } == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
      #expect(!String(decoding: text.escaped, as: UTF8.self).unicodeScalars.contains { Escaping.acts($0) })
      if bytes.raw.isPlainJSON {
        plain += 1
        #expect(JSONText.escape(bytes.raw) == (bytes, true), "\(bytes)")
      }
      if !text.isUTF8 { broken += 1 }
    }
    #expect(plain > 1000 && broken > 5000, "\(plain) \(broken)")
  }

  private struct Numbers: Decodable {
    let number: Int64
    let unsigned: UInt64
  }

  @Test func anObjectIsWhatAParserReads() throws {
    var random = SeededRandom(seed: 3)
    for round in 0..<2000 {
      var output = ByteBuffer()
      let number = Int64(bitPattern: random.next())
      let unsigned = random.next()
      let (text, raw) = (String(decoding: bytes(&random), as: UTF8.self), bytes(&random))
      let numbers = (0..<random.below(4)).map { _ in random.below(1000) - 500 }
      let texts = (0..<random.below(4)).map { _ in String(decoding: bytes(&random), as: UTF8.self) }
      let isTrue = random.below(2) == 0
      // Begun by hand, with a member.
      output.append("{\"first\":1")
      var object = JSONObject(hasMembers: true)
      object.add("number", number, to: &output)
      object.add("unsigned", unsigned, to: &output)
      object.add("missing", nil as Int?, to: &output)
      object.add("isTrue", isTrue, to: &output)
      object.add("noTruth", nil as Bool?, to: &output)
      object.add("text", text, to: &output)
      object.add("noText", nil as String?, to: &output)
      object.add("numbers", numbers, to: &output)
      object.add("texts", texts, to: &output)
      object.add("raw", bytes: raw.raw, to: &output)
      object.end(&output)
      let json = [UInt8](copying: output.bytes)
      let read = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
      let members = try #require(read, "round \(round)")
      let isUTF8 = String(validating: raw, as: UTF8.self) != nil
      #expect(members.count == (isUTF8 ? 11 : 12), "round \(round)")
      #expect(members["first"] as? Int == 1)
      // JSONSerialization makes some numbers Doubles.
      let exact = try JSONDecoder().decode(Numbers.self, from: Data(json))
      #expect(exact.number == number && exact.unsigned == unsigned)
      #expect(members["missing"] is NSNull && members["noTruth"] is NSNull && members["noText"] is NSNull)
      #expect(members["isTrue"] as? Bool == isTrue)
      #expect((members["text"] as? String).map { Array($0.utf8) } == Array(text.utf8))
      #expect(members["numbers"] as? [Int] == numbers)
      let readTexts = members["texts"] as? [String]
      #expect(readTexts?.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
      let readRaw = (members["raw"] as? String).map { Array($0.utf8) }
      #expect(readRaw == Array(String(decoding: raw, as: UTF8.self).utf8))
      #expect((members["rawBytes"] as? String).map(hexadecimalDecoded) == (isUTF8 ? nil : raw))
    }
  }

  @Test(arguments: [false, true]) func anArrayIsWhatAParserReads(isLines: Bool) throws {
    for count in 0..<4 {
      var output = ByteBuffer()
      var array = JSONArray(isLines: isLines)
      for index in 0..<count {
        array.next(&output)
        var object = JSONObject()
        object.add("index", index, to: &output)
        object.end(&output)
      }
      array.end(&output)
      let text = String(decoding: [UInt8](copying: output.bytes), as: UTF8.self)
      #expect(text.isEmpty == (isLines && count == 0) && (text.isEmpty || text.hasSuffix("\n")))
      let whole = isLines ? "[\(text.split(separator: "\n").joined(separator: ","))]" : text
      let read = try JSONSerialization.jsonObject(with: Data(whole.utf8)) as? [[String: Int]]
      #expect(read == (0..<count).map { ["index": $0] })
    }
  }

  /// Rows as `ls -C` prints them. ls leaves the last cell of a terminal empty: its width is one more than ours.
  @Test(.takes("ls"), arguments: 0..<24) func columnsAreThoseOfLs(round: Int) async throws {
    var random = SeededRandom(seed: UInt64(round))
    let scratch = try ScratchDirectory()
    let longest = 1 + random.below(30)
    var names: Set<String> = []
    for index in 0..<(1 + random.below(80)) {
      names.insert(String(repeating: "n", count: random.below(longest)) + "\(index)")
    }
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in sorted { try writeFile(scratch.path.appending(name), []) }
    for width in [1, 2, 10, 20, 33, 80, 81, 200, 1000] {
      let listed = try await Command.run("ls", ["-C", "-T", "0", "-w", "\(width + 1)", scratch.path.string])
      let layout = ColumnLayout(cellCounts: sorted.map(\.utf8.count), width: width)
      let rows = (0..<layout.rowCount).map { row in
        let indices = Array(stride(from: row, to: sorted.count, by: layout.rowCount))
        return indices.enumerated().map { column, index in
          let isLast = column + 1 == indices.count
          let blanks = isLast ? 0 : layout.columnWidths[column] - sorted[index].utf8.count
          return sorted[index] + String(repeating: " ", count: blanks)
        }.joined()
      }
      #expect(listed.text == rows.joined(separator: "\n") + "\n", "width \(width): \(sorted)")
    }
  }
}
