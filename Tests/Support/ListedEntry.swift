import Foundation
import Testing

/// An entry as `--format ndjson` gives it, read by Foundation's parser.
struct ListedEntry: Decodable {
  let path, name: String
  let pathBytes, nameBytes, encryptedNameBytes: String?
  let inode: Int
  let directory: Int?
  let type: String
  let logicalBlock, physicalBlock: Int?
  let offset, recordLength: Int
  let salvaged: Bool?
  let crossesPage: Bool
  let mode: String?
  let links, uid, gid, size, blocks512: Int?
  let atime, mtime, ctime, crtime, mtimeNanoseconds: Int?
  let target, targetBytes: String?
  let deviceMajor, deviceMinor: Int?

  var wholePath: [UInt8] { pathBytes.map(hexadecimalDecoded) ?? Array(path.utf8) }
  var wholeName: [UInt8] { nameBytes.map(hexadecimalDecoded) ?? Array(name.utf8) }
  /// The cipher text, of a name in an encrypted directory.
  var nameOnDisk: [UInt8] { encryptedNameBytes.map(hexadecimalDecoded) ?? wholeName }
  var wholeTarget: [UInt8] { targetBytes.map(hexadecimalDecoded) ?? Array((target ?? "").utf8) }

  static func list(_ arguments: [String]) async throws -> (entries: [ListedEntry], finished: Finished) {
    let finished = try await Command.ext2walk(["ls", "--format", "ndjson"] + arguments)
    let decoder = JSONDecoder()
    let entries = try finished.output.split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(ListedEntry.self, from: Data($0))
    }
    return (entries, finished)
  }
}

func hexadecimalDecoded(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8)
  return stride(from: 0, to: digits.count, by: 2).map {
    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
  }
}
