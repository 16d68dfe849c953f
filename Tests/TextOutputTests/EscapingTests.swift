import Foundation
import SystemPackage
import Testing
import TextOutput

@Suite struct EscapingTests {
  @Test(arguments: [
    (Array("plain".utf8), "plain"),
    (Array("with blank".utf8), "with blank"),
    (Array("naïve 日本 🎉".utf8), "naïve 日本 🎉"),
    (Array("a\\b".utf8), "a\\\\b"),
    (Array("tab\tnew\nreturn\r".utf8), "tab\\tnew\\nreturn\\r"),
    ([0x1B, 0x5B, 0x33, 0x31, 0x6D], "\\x1b[31m"),
    ([0x00, 0x7F], "\\x00\\x7f"),
    (Array("\u{85}\u{9B}31m".utf8), "\\u{85}\\u{9b}31m"),
    (Array("\u{202E}fdp.exe".utf8), "\\u{202e}fdp.exe"),
    (Array("\u{2066}a\u{2069}\u{200E}\u{61C}".utf8), "\\u{2066}a\\u{2069}\\u{200e}\\u{61c}"),
    (Array("a\u{200B}b\u{FEFF}c\u{200D}d".utf8), "a\\u{200b}b\\u{feff}c\\u{200d}d"),
    (Array("\u{2028}\u{2029}".utf8), "\\u{2028}\\u{2029}"),
    ([0xFF, 0xFE], "\\xff\\xfe"),
    ([0xC3, 0x28], "\\xc3("),
    // Overlong, surrogate, cut short.
    ([0xC0, 0xAF], "\\xc0\\xaf"),
    ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
    ([0x61, 0xE2, 0x82], "a\\xe2\\x82"),
  ])
  func nothingActsOnATerminal(bytes: [UInt8], text: String) {
    #expect(Escaping.text(bytes) == text)
  }
}
