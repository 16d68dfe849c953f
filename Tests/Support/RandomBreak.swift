import Basics
import FolioCore
import SystemPackage
import Testing

/// Bytes of an image to be overwritten, chosen by chance among those that directories depend on.
struct RandomBreak: CustomStringConvertible {
  let description: String
  let patches: [(position: Int, bytes: [UInt8])]
}

/// What of an image there is to break: found while it was good.
struct BreakTargets {
  let blockSize: Int
  let entries: [ListedEntry]
  /// The directories, by inode, and where these inodes are in the image.
  let inodes: [(directory: Int, position: Int)]
  /// Where each directory block begins, in bytes.
  let blocks: [Int]

  init(_ image: ScratchImage) async throws {
    blockSize = image.blockSize
    let listed = try await ListedEntry.list(["-RUa", image.path.string]).entries
    entries = listed.filter { $0.physicalBlock != nil }
    blocks = Set(entries.compactMap(\.physicalBlock)).sorted().map { $0 * image.blockSize }
    var inodes: [(directory: Int, position: Int)] = []
    for directory in Set(listed.compactMap(\.directory)).sorted() {
      inodes.append((directory, try await image.position(ofInode: InodeNumber(directory))))
    }
    self.inodes = inodes
  }

  func next(_ random: inout SeededRandom) -> RandomBreak {
    switch random.below(10) {
    case 0...4: record(&random)
    case 5: rawBytes(&random)
    case 6: wholeBlock(&random)
    default: inodeField(&random)
    }
  }

  private func record(_ random: inout SeededRandom) -> RandomBreak {
    let entry = entries[random.below(entries.count)]
    let other = entries[random.below(entries.count)]
    let at = (entry.physicalBlock ?? 0) * blockSize + entry.offset
    let place = "\(entry.path): "
    switch random.below(5) {
    case 0:
      let value = UInt32(truncatingIfNeeded: [0, 1, 2, 5, 11, other.inode, 60, 1 << 20][random.below(8)])
      return RandomBreak(description: place + "inode \(value)", patches: [(at, value.littleEndianBytes)])
    case 1:
      let value = UInt16(
        truncatingIfNeeded: [0, 1, 4, 8, 12, 16, 24, entry.recordLength + 4, 0xFFFF, random.below(65536)][
          random.below(10)])
      return RandomBreak(
        description: place + "rec_len \(value)", patches: [(at + 4, value.littleEndianBytes)])
    case 2:
      let value = UInt8(truncatingIfNeeded: [0, 1, 2, 255, random.below(256)][random.below(5)])
      return RandomBreak(description: place + "name_len \(value)", patches: [(at + 6, [value])])
    case 3:
      let value = UInt8(random.below(9))
      return RandomBreak(description: place + "type \(value)", patches: [(at + 7, [value])])
    default:
      let value = [0x2F, 0, 0x2E, 0x41 + random.below(26)][random.below(4)]
      let index = random.below(max(1, entry.wholeName.count))
      return RandomBreak(
        description: place + "name[\(index)] \(value)", patches: [(at + 8 + index, [UInt8(value)])])
    }
  }

  private func rawBytes(_ random: inout SeededRandom) -> RandomBreak {
    let block = blocks[random.below(blocks.count)]
    let at = block + random.below(random.below(2) == 0 ? 64 : min(blockSize, 4096))
    let bytes = (0...random.below(4)).map { _ in UInt8(random.below(256)) }
    return RandomBreak(
      description: "block \(block / blockSize) byte \(at - block): \(bytes)", patches: [(at, bytes)])
  }

  private func wholeBlock(_ random: inout SeededRandom) -> RandomBreak {
    let block = blocks[random.below(blocks.count)]
    let isZero = random.below(2) == 0
    let bytes = (0..<blockSize).map { _ in isZero ? 0 : UInt8(random.below(256)) }
    return RandomBreak(
      description: "block \(block / blockSize) \(isZero ? "zeroes" : "noise")", patches: [(block, bytes)])
  }

  private func inodeField(_ random: inout SeededRandom) -> RandomBreak {
    let (directory, at) = inodes[random.below(inodes.count)]
    let place = "inode \(directory): "
    func patch(_ field: String, _ offset: Int, _ bytes: [UInt8]) -> RandomBreak {
      RandomBreak(description: place + "\(field) \(bytes)", patches: [(at + offset, bytes)])
    }
    switch random.below(7) {
    case 0:
      let mode = UInt16([0o040755, 0o100644, 0o120777, 0, 0o170000][random.below(5)])
      return patch("mode", 0, mode.littleEndianBytes)
    case 1:
      let size = UInt32(
        truncatingIfNeeded: [0, 1, blockSize - 4, blockSize, 2 * blockSize, 1 << 30][random.below(6)])
      return patch("size", 4, size.littleEndianBytes)
    case 2: return patch("links", 26, UInt16([0, 1, 2, 3, 60000][random.below(5)]).littleEndianBytes)
    case 3: return patch("blocks", 28, UInt32(random.below(1000)).littleEndianBytes)
    case 4:
      let flag = [UInt32(0), 0x1000, 0x80000, 0x1000_0000][random.below(4)]
      return patch("flags", 32, flag.littleEndianBytes)
    case 5:
      let other = blocks[random.below(blocks.count)] / blockSize
      let block = UInt32(truncatingIfNeeded: [0, 1, 1 << 24, other, random.below(400)][random.below(5)])
      return patch("i_block[..]", 40 + 4 * random.below(15), block.littleEndianBytes)
    default: return patch("i_block byte", 40 + random.below(60), [UInt8(random.below(256))])
    }
  }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededRandom {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func below(_ bound: Int) -> Int {
    Int(next() % UInt64(bound))
  }
}

extension FixedWidthInteger {
  var littleEndianBytes: [UInt8] {
    (0..<bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}

extension Ordinal {
  var littleEndianBytes: [UInt8] { rawValue.littleEndianBytes }
}
