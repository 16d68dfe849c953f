/// SHA-256 of a few bytes, as FIPS 180-4 has it.
///
/// For names of encrypted directories. libext2fs doesn't export its own, and swift-crypto would bring BoringSSL for the
/// sake of some hundred bytes.
package enum SHA256 {
  /// The digest: 32 bytes.
  package static func digest(of message: [UInt8]) -> [UInt8] {
    var state = start
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += bigEndian(UInt64(message.count) * 8)
    for start in stride(from: 0, to: padded.count, by: 64) {
      add(Array(padded[start..<start + 64]), to: &state)
    }
    return state.flatMap { bigEndian($0) }
  }

  private static let primes: [UInt32] = {
    var primes: [UInt32] = []
    var candidate: UInt32 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }()

  private static let start: [UInt32] = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
  /// The constants of the 64 rounds.
  private static let constants = primes.map { fraction(ofRoot: 3, of: $0) }

  /// The first 32 bits of the fraction of a square or cube root.
  private static func fraction(ofRoot degree: Int, of number: UInt32) -> UInt32 {
    // The greatest `root` whose power is at most number * 2^(32 * degree): 36 bits, so that cubes take 128.
    var (low, high): (UInt128, UInt128) = (0, 1 << 37)
    let most = UInt128(number) << (32 * degree)
    while low + 1 < high {
      let middle = (low + high) / 2
      let power = degree == 2 ? middle * middle : middle * middle * middle
      if power <= most { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }

  private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * Number($0))) }
  }

  private static func add(_ block: [UInt8], to state: inout [UInt32]) {
    func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
    var words: [UInt32] = (0..<16).map { index in
      block[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (early, late) = (words[index - 15], words[index - 2])
      let first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
      let second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
      words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let first = h &+ sum &+ (e & f ^ ~e & g) &+ constants[index] &+ words[index]
      let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ word }
  }
}
