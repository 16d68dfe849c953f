import SystemPackage
import Testing

/// An image that a real kernel wrote, of 64 KiB pages or of blocks larger than its pages, and what that kernel said of it: fixtures/README.md.
struct Fixture: CustomTestStringConvertible {
  let name: String

  static let all = [
    "ppc64-ext2-16k-big", "ppc64-ext2-1k-big", "ppc64-ext2-4k-big", "ppc64-ext2-64k-big",
    "ppc64-ext2-64k-small",
    "ppc64-ext2-64k-span", "ppc64-ext2-64k-span-zero", "ppc64-ext2drv-64k-lost", "ppc64-ext2drv-64k-oneblock",
    "ppc64-ext2drv-64k-small", "ppc64-ext2fix-64k-big", "ppc64-ext3-64k-dirty-journal",
    "ppc64-ext4-64k-htree",
    "ppc64-ext4-64k-inline",
    "lbs-ext2-32k-rev0", "lbs-ext2-64k-span", "lbs-ext4-1k-encrypt", "lbs-ext4-32k-inlinebig",
    "lbs-ext4-64k-casefold2", "lbs-ext4-64k-fastcommit", "lbs-ext4-64k-verity", "lbs-ext4-8k-htree",
  ].map(Fixture.init)

  static let encrypted = Fixture(name: "lbs-ext4-1k-encrypt")

  static let small = Fixture(name: "ppc64-ext2-64k-small")

  /// Those whose directories the kernel listed in the order on disk: they have no hashed directories.
  static let listedInDiskOrder = [
    "ppc64-ext2drv-64k-lost", "ppc64-ext2drv-64k-oneblock", "ppc64-ext2drv-64k-small",
    "ppc64-ext2fix-64k-big",
  ].map(Fixture.init)

  /// Those that come with the paths that were deleted, by the names that are shown.
  static let withDeletions = all.filter {
    $0.name != encrypted.name && (try? FileDescriptor.open($0.file("deleted.txt"), .readOnly).close()) != nil
  }

  var testDescription: String { name }
  var image: String { file("img").string }

  private func file(_ suffix: String) -> FilePath {
    projectRoot.appending("fixtures/unpacked/\(name).\(suffix)")
  }

  func lines(of suffix: String) throws -> [String] {
    guard let bytes = try? readFile(file(suffix)) else {
      Issue.record("\(file(suffix)) is missing: run `make fixtures`")
      return []
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("#")
    }
  }

  /// What the kernel's stat said of each path, the root left out.
  func manifest() throws -> [[UInt8]: ManifestLine] {
    var all: [[UInt8]: ManifestLine] = [:]
    // Encrypted names as a kernel without the key shows them.
    let suffix = name == Self.encrypted.name ? "manifest-nokey.tsv" : "manifest.tsv"
    for line in try lines(of: suffix) {
      let parsed = try ManifestLine(line)
      if parsed.path != Array("/".utf8) { all[parsed.path] = parsed }
    }
    return all
  }

  func deletedPaths() throws -> Set<[UInt8]> {
    Set(try lines(of: "deleted.txt").map(percentDecoded))
  }
}

/// What a kernel said of one path.
struct ManifestLine: Equatable {
  let inode: Int
  let type: String
  let mode: String
  let links, uid, gid, size: Int
  let mtime, mtimeNanoseconds: Int
  let path, target: [UInt8]
  let device: [Int]
}

extension ManifestLine {
  init(_ line: String) throws {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    try #require(fields.count == 16, "\(line)")
    let number = { (index: Int) throws in try #require(Int(fields[index]), "\(line)") }
    let types = [
      "f": "regular", "d": "directory", "l": "symlink", "p": "fifo", "s": "socket", "c": "character",
      "b": "block",
    ]
    self.init(
      inode: try number(0), type: try #require(types[fields[1]]), mode: fields[2], links: try number(3),
      uid: try number(4), gid: try number(5), size: try number(6), mtime: try number(8),
      mtimeNanoseconds: try number(9), path: percentDecoded(fields[13]), target: percentDecoded(fields[14]),
      device: [try number(10), try number(11)])
  }
}

/// Undoes `%XX`.
func percentDecoded(_ text: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "%"),
      let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
    {
      bytes.append(value)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte)
    }
  }
  return bytes
}
