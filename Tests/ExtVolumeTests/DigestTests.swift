import Basics
import Foundation
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Checksums and digests, against the values that their specifications have.
@Suite struct DigestTests {
  private let digits = Array("123456789".utf8)

  @Test func crc32c() {
    var sum = Crc32c(seed: ~0)
    sum.add(digits.raw)
    // As in RFC 3720, whose result is inverted.
    #expect(~sum.value == 0xE306_9283)
    var none = Crc32c(seed: 0x1234_5678)
    none.add(RawSpan())
    none.addZeroes(0)
    #expect(none.value == 0x1234_5678)
  }

  @Test func crc32cOfPiecesIsThatOfAll() {
    let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 37) }
    var whole = Crc32c(seed: 7)
    whole.add(bytes.raw)
    for cut in 0...bytes.count {
      var sum = Crc32c(seed: 7)
      sum.add(bytes.raw.extracting(first: cut))
      sum.add(bytes.raw.extracting(droppingFirst: cut))
      #expect(sum.value == whole.value, "\(cut)")
    }
    for count in 0...4 {
      var (zeroes, bytes) = (Crc32c(seed: 9), Crc32c(seed: 9))
      zeroes.addZeroes(count)
      bytes.add([UInt8](repeating: 0, count: count).raw)
      #expect(zeroes.value == bytes.value, "\(count)")
    }
    var (number, its) = (Crc32c(seed: 1), Crc32c(seed: 1))
    number.add(0x89AB_CDEF as UInt32)
    its.add([0xEF, 0xCD, 0xAB, 0x89 as UInt8].raw)
    #expect(number.value == its.value)
  }

  /// FIPS 180-4's examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func sha256(message: String, digest: String) {
    #expect(SHA256.digest(of: Array(message.utf8)) == hexadecimalDecoded(digest))
  }

  /// Two hashes and up to 149 bytes of the cipher text, in base64url; then a digest of the rest.
  @Test(arguments: [16, 17, 18, 148, 149, 150, 255]) func encryptedNames(count: Int) throws {
    let cipherText = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 101 + 3) }
    let name = EncryptedName(cipherText, hashes: NameHashes(hash: 0x0403_0201, minorHash: 0x0807_0605))
    var text = String(decoding: name.shown, as: UTF8.self)
    #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    text = text.replacing("-", with: "+").replacing("_", with: "/")
    text += String(repeating: "=", count: (4 - text.count % 4) % 4)
    let decoded = [UInt8](try #require(Data(base64Encoded: text)))
    let rest = Array(cipherText.dropFirst(149))
    let expected =
      Array(1...8) + cipherText.prefix(149) + (rest.isEmpty ? [] : SHA256.digest(of: rest))
    #expect(decoded == expected)
  }

  /// A length of at least 16, and so many bytes.
  @Test(arguments: [
    (UInt16(16), 16, true), (15, 16, false), (16, 15, false), (16, 100, true), (0, 100, false),
    (0xFFFF, 100, false), (100, 100, true), (101, 100, false),
  ])
  func encryptedTargets(length: UInt16, byteCount: Int, isOne: Bool) {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
    let target = EncryptedTarget(length.littleEndianBytes + bytes)
    #expect(target?.cipherText == (isOne ? Array(bytes.prefix(Int(length))) : nil))
    #expect(EncryptedTarget([]) == nil && EncryptedTarget([16]) == nil)
  }

  /// A context of each version without its nonce; nothing else is a policy.
  @Test func encryptionContexts() {
    func context(_ version: UInt8, _ count: Int) -> [UInt8] {
      [version] + (1..<count).map { UInt8(truncatingIfNeeded: $0) }
    }
    #expect(EncryptionPolicy(context: context(1, 28)) == .policy(Array(context(1, 28).prefix(12))))
    #expect(EncryptionPolicy(context: context(2, 40)) == .policy(Array(context(2, 40).prefix(24))))
    for (version, count) in [(1, 27), (1, 29), (1, 40), (2, 28), (2, 39), (2, 41), (0, 28)] {
      #expect(EncryptionPolicy(context: context(UInt8(version), count)) == .damaged, "\(version) \(count)")
    }
    #expect(EncryptionPolicy(context: []) == .damaged)
    #expect(EncryptionPolicy(context: context(3, 40)) == .unknown)
  }
}
