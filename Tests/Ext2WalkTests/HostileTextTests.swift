import Foundation
import SystemPackage
import Testing
import TextOutput

@testable import TestSupport

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an image says of itself: labels, targets and names in all outputs.
@Suite struct HostileTextTests {
  /// What is typed wrongly comes back in a message.
  @Test(arguments: [
    ["map", "--svg", "/nowhere/\u{1B}[31m", Fixture.small.image], ["ls", "--offset", "\u{1B}[31m", "x"],
    ["ls", "--way", "\u{1B}[1m\u{202E}", "x"], ["\u{1B}[31m"], ["info", "--\u{1B}[31m", "x"],
  ]) func wrongArgumentsAreEscaped(arguments: [String]) async throws {
    let finished = try await Command.ext2walk(arguments)
    #expect(
      [2, 64].contains(finished.status) && finished.messages.contains("\\x1b["), "\(finished.messages)")
    #expect(!finished.messages.unicodeScalars.contains { ["\u{1B}", "\u{202E}"].contains($0) })
  }

  /// An escape sequence, an overlong slash, a character that turns text around, XML and JSON.
  private static let hostile: [UInt8] = Array("\u{1B}[2J".utf8) + [0xC0, 0xAF] + Array("\u{202E}\"<&".utf8)

  private func image() async throws -> ScratchImage {
    let image = try await ScratchImage(
      blockSize: 4096, tree: ["d/" + String(repeating: "n", count: 15), "d/behind"])
    // The label, and where it was mounted last.
    try image.patch(at: 1024 + 120, Self.hostile)
    try image.patch(at: 1024 + 136, Self.hostile)
    try await image.debugfs("symlink /d/link " + String(repeating: "t", count: Self.hostile.count))
    let d = try image.inode(of: "d")
    try image.patch(
      at: try await image.position(ofInode: try image.inode(of: "link", in: d)) + 40, Self.hostile)
    let at = try image.position(ofEntry: String(repeating: "n", count: 15), in: d)
    try image.patch(at: at + 8, Self.hostile)
    try image.patch(at: at + 6, UInt8(Self.hostile.count))
    // And damage, for messages.
    try image.patch(at: try image.position(ofEntry: "behind", in: d) + 7, UInt8(7))
    return image
  }

  private func expectNothingActs(_ bytes: [UInt8], _ words: String) {
    let text = String(validating: bytes, as: UTF8.self)
    #expect(text != nil, "\(words): no UTF-8")
    let acting = (text ?? "").unicodeScalars.filter { Escaping.acts($0) && $0 != "\n" && $0 != "\r" }
    #expect(acting.isEmpty, "\(words): \(acting.map { String($0.value, radix: 16) })")
  }

  @Test(arguments: [
    ["info"], ["info", "--format", "json"], ["verify"], ["verify", "--format", "json"], ["map", "-R"],
    ["map", "-R", "--draw"], ["map", "-R", "--format", "json"], ["map", "-R", "--svg", "-"],
    ["verify", "--format", "junit"],
    ["ls", "-lR", "--format", "json"], ["ls", "-lR", "--format", "ndjson"],
  ])
  func nothingActs(_ command: [String]) async throws {
    let image = try await image()
    let finished = try await Command.ext2walk(command + [image.path.string])
    #expect(finished.status <= 1, "\(finished.messages)")
    expectNothingActs(finished.output, "\(command)")
    expectNothingActs(Array(finished.messages.utf8), "messages of \(command)")
    if command.contains("json") { _ = try JSONSerialization.jsonObject(with: Data(finished.output)) }
    if command.contains("-") || command.contains("junit") {
      #expect(XMLParser(data: Data(finished.output)).parse(), "\(finished.text.prefix(2000))")
    }
  }

  @Test func aTerminalSeesNothingThatActs() async throws {
    let image = try await image()
    let finished = try await Command.script(
      "script -qec \"'$1' ls -lR --color never '$2'\" /dev/null < /dev/null", [image.path.string])
    expectNothingActs(finished.output, "a terminal")
    #expect(finished.text.contains("\\x1b[2J\\xc0\\xaf\\u{202e}\"<&"), "\(finished.text)")
  }
}
