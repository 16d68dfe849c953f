import Basics
import FolioCore
import Testing

@testable import ExtVolume
@testable import TestSupport

/// What paths lead to, in a file system made by hand.
@Suite struct PathLookupTests {
  private static let (a, b, deep, file): (InodeNumber, InodeNumber, InodeNumber, InodeNumber) = (
    12, 13, 14, 15
  )
  private static let firstLink: InodeNumber = 20

  /// `/a/b/deep`, `/a/file`, and links: `link`, `absolute`, `up`, `loop`, `long` (its target in a block), and `c0` to `c41`, each
  /// of which leads to the one before, and the first to `a`.
  private static func volume() throws -> Volume {
    var image = HandmadeImage(inodeCount: 128)
    let block = image.firstFreeBlock
    let links =
      [
        ("link", "a/b"), ("absolute", "/a/b"), ("up", "a/../a/./b/"), ("loop", "loop"), ("gone", "a/none"),
        ("long", String(repeating: "./", count: 40) + "a/b"),
      ] + (0...41).map { ("c\($0)", $0 == 0 ? "a" : "c\($0 - 1)") }
    var entries: [(name: String, inode: InodeNumber, type: UInt8)] = [("a", a, 2)]
    for (index, (name, target)) in links.enumerated() {
      let number = firstLink + UInt32(index)
      entries.append((name, number, 7))
      image.putLink(number, to: target, block: target.utf8.count < 60 ? nil : block + 3)
    }
    image.putDirectory(.root, in: .root, block: block, entries)
    image.putDirectory(a, in: .root, block: block + 1, [("b", b, 2), ("file", file, 1)])
    image.putDirectory(b, in: a, block: block + 2, [("deep", deep, 1)])
    for number in [deep, file] { image.putInode(number, mode: 0o100644, byteCount: 0, area: []) }
    return try image.open()
  }

  private func lookUp(_ paths: [String]) throws -> [PathLookup.Outcome] {
    let volume = try Self.volume()
    var inodes = InodeTable(volume)
    return try PathLookup.lookUp(paths.map { Array($0.utf8) }, on: volume, inodes: &inodes)
  }

  @Test(
    arguments: [
      ("/", 2, ""), ("", nil, nil), ("/a", a, "/a"), ("a", a, "/a"), ("//a//b", b, "/a/b"),
      ("/a/b/deep", deep, "/a/b/deep"), ("/a/./b", b, "/a/b"), ("/a/b/..", a, "/a"), ("/..", 2, ""),
      ("/../../a/b/../../a", a, "/a"), ("/a/file", file, "/a/file"),
      // Links are followed by a slash at the end, and not otherwise.
      ("/link", firstLink, "/link"), ("/link/", b, "/a/b"), ("/absolute/", b, "/a/b"), ("/up/", b, "/a/b"),
      ("/long/", b, "/a/b"), ("/long", firstLink + 5, "/long"),
      // Inodes by their numbers: only at the start, and only without a slash before.
      ("<13>", b, "<13>"), ("<13>/deep", deep, "<13>/deep"), ("<13>/..", a, "<13>/.."), ("<2>/a", a, "<2>/a"),
      ("<20>/", nil, nil),
    ] as [(String, InodeNumber?, String?)])
  func aPathLeadsThere(path: String, inode: InodeNumber?, normalized: String?) throws {
    let outcome = try #require(try lookUp([path]).first)
    #expect(outcome.damage.isEmpty)
    switch outcome.found {
    case .success(let found):
      #expect(found.inode.number == inode && String(decoding: found.path, as: UTF8.self) == normalized)
      #expect(found.entry.inode == inode)
    case .failure(let error): #expect(inode == nil, "\(path): \(error)")
    }
  }

  @Test(
    arguments: [
      ("", .emptyPath), ("/none", .notFound), ("/a/b/none", .notFound), ("/a/file/", .notDirectory),
      ("/a/file/x", .notDirectoryOnTheWay(Array("/a/file".utf8))),
      ("/a/file/..", .notDirectoryOnTheWay(Array("/a/file".utf8))),
      ("/link/deep", .linkOnTheWay(Array("/link".utf8))), ("/link/..", .linkOnTheWay(Array("/link".utf8))),
      ("/loop/", .tooManyLinks), ("/gone/", .notFound), ("/<13>", .notFound), ("/a/<13>", .notFound),
    ] as [(String, LookupError)])
  func aPathLeadsNowhere(path: String, expected: LookupError) throws {
    guard case .failure(let error) = try #require(try lookUp([path]).first).found else {
      Issue.record("\(path) leads somewhere")
      return
    }
    #expect(error == .lookUp(expected, path: Array(path.utf8)))
  }

  /// As Linux: 40 links are followed, and 41 are too many. `c39` leads through 40 of them.
  @Test func fortyLinksAreFollowed() throws {
    let outcomes = try lookUp(["/c39/", "/c40/"])
    guard case .success(let found) = outcomes[0].found else {
      Issue.record("\(outcomes[0])")
      return
    }
    #expect(found.inode.number == Self.a && found.path == Array("/a".utf8))
    guard case .failure(let error) = outcomes[1].found else {
      Issue.record("41 links were followed")
      return
    }
    #expect(error == .lookUp(.tooManyLinks, path: Array("/c40/".utf8)))
  }
}
