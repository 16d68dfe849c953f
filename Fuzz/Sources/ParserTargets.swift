import Basics
import ExtDisk
import ExtVolume
import FolioCore
import TextOutput

/// Records in a block of any size that is a file system's or an inode's, as far as bytes go; after damage where they can be recovered.
@Sendable func fuzzRecords(_ input: inout Input) {
  let shape = input.byte()
  let inodeCount = UInt32(input.number(UInt16.self)) + 1
  let seen = Int(input.number(UInt16.self))
  var bytes = input.rest()
  // Block sizes of file systems; and inline data, of any size.
  let blockSize = shape & 8 == 0 ? 1024 << (Int(shape & 7) % 7) : bytes.count
  guard blockSize > 0 else { return }
  bytes += [UInt8](repeating: 0, count: max(0, blockSize - bytes.count))
  bytes.removeLast(bytes.count - blockSize)
  let format = RecordFormat(
    blockSize: blockSize, inodeCount: inodeCount, hashByteCount: shape & 16 == 0 ? 0 : 8,
    skipsTail: shape & 32 != 0)
  // First only so much of the block is there.
  var end = shape & 64 == 0 ? blockSize : min(seen, blockSize)
  var offset = 0
  var steps = 0
  walk: while true {
    var cursor = RecordCursor(bytes.raw.extracting(0..<end), format: format, at: offset)
    while true {
      steps += 1
      expect(steps <= blockSize, "the walk doesn't end")
      switch cursor.next() {
      case .record(let record):
        expect(
          cursor.offset >= record.offset + 12 && cursor.offset <= blockSize,
          "a step from \(record) to \(cursor.offset)")
        expect(
          record == format.record(at: record.offset, in: bytes.raw) && format.brokenRule(by: record) == nil,
          "\(record) keeps no rule")
        if record.isEntry {
          expect(cursor.name(of: record).byteCount == record.nameLength, "the name of \(record)")
        }
      case .needsBytes(let through):
        expect(
          through > end && through <= blockSize, "\(through) bytes of \(blockSize), and \(end) are there")
        (offset, end) = (cursor.offset, through)
        continue walk
      case .damage(let damage):
        expect(cursor.offset == offset || damage.record.offset >= 0, "\(damage)")
        guard let next = format.resumeOffset(in: bytes.raw, after: damage) else { return }
        expect(next > damage.record.offset && next < blockSize && next % 4 == 0, "records go on at \(next)")
        (offset, end) = (next, blockSize)
        continue walk
      case .end: return
      }
    }
  }
}

/// Nodes of hashed directories, and where their checksums are.
@Sendable func fuzzHashNodes(_ input: inout Input) {
  let shape = input.byte()
  let blockSize = 1024 << (Int(shape & 7) % 7)
  var bytes = input.take(blockSize)
  bytes += [UInt8](repeating: 0, count: blockSize - bytes.count)
  if let (entries, tail) = HashNode.checksumLayout(of: bytes.raw) {
    expect(entries.upperBound <= blockSize && tail + 8 <= blockSize, "\(entries), \(tail)")
  }
  for isRoot in [true, false] {
    for hasTail in [true, false] {
      let (node, _) = HashNode.read(
        bytes.raw, isRoot: isRoot, hasTail: hasTail, maxLevelCount: shape & 8 == 0 ? 1 : 2)
      expect(node?.entries.count ?? 0 <= blockSize / 8, "\(node?.entries.count ?? 0) entries")
    }
  }
}

/// Names as text, as JSON and as XML.
@Sendable func fuzzNames(_ input: inout Input) {
  let bytes = input.rest()
  let text = Escaping.text(bytes)
  expect(!text.unicodeScalars.contains(where: Escaping.acts), "something acts in \(text)")
  let xml = XML.escaped(text)
  expect(!xml.utf8.contains(UInt8(ascii: "<")) && !xml.utf8.contains(UInt8(ascii: "\"")), "XML: \(xml)")
  let json = JSONText(bytes)
  let (escaped, isUTF8) = JSONText.escape(bytes.raw)
  expect(isUTF8 == (String(validating: bytes, as: UTF8.self) != nil) && json.isUTF8 == isUTF8, "is it UTF-8?")
  let shown = String(validating: escaped, as: UTF8.self)
  expect(shown != nil, "JSON that is no UTF-8")
  expect(json.escaped == escaped, "two ways to escape differ")
  expect(jsonString(Array(escaped)) == String(decoding: bytes, as: UTF8.self), "JSON: \(shown ?? "")")
  expect(!(shown ?? "").unicodeScalars.contains(where: Escaping.acts), "something acts in JSON")
}

/// What a JSON string says; nil where it is none.
private func jsonString(_ escaped: [UInt8]) -> String? {
  var units: [UInt16] = []
  var rest = String(decoding: escaped, as: UTF8.self).utf16[...]
  while let unit = rest.popFirst() {
    switch unit {
    case 0..<0x20, 0x22: return nil
    case 0x5C:
      switch rest.popFirst() {
      case 0x22: units.append(0x22)
      case 0x5C: units.append(0x5C)
      case 0x75:
        guard let value = UInt16(String(rest.prefix(4)) ?? "", radix: 16), rest.count >= 4 else { return nil }
        rest = rest.dropFirst(4)
        units.append(value)
      default: return nil
      }
    default: units.append(unit)
    }
  }
  return String(decoding: units, as: UTF16.self)
}

/// What a file is, seen from outside: its first sectors, its last one, and what stands a little further in.
@Sendable func fuzzDisks(_ input: inout Input) {
  let byteCount = 1 << 20
  let shape = input.byte()
  var bytes = [UInt8](repeating: 0, count: byteCount)
  func write(_ piece: [UInt8], at position: Int) {
    let start = min(position, byteCount)
    bytes.replaceSubrange(start..<min(start + piece.count, byteCount), with: piece.prefix(byteCount - start))
  }
  while !input.isEmpty {
    let at = [0, 446, 510, 512, 1024, 1080, 4096, 32769, 65536, byteCount - 512][Int(input.byte()) % 10]
    let position = at + Int(input.number(UInt16.self) % 512)
    write(input.take(Int(input.byte())), at: position)
  }
  if shape & 1 != 0 { write([0x55, 0xAA], at: 510) }
  if shape & 2 != 0 { write(Array("EFI PART".utf8), at: 512) }
  if shape & 4 != 0 { write([0x53, 0xEF], at: 1080) }
  describe(MemorySource(bytes), asDisk: shape & 8 != 0)
}
