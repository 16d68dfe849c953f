import FolioCore
import SystemPackage
import Testing

@testable import TestSupport

/// What a PATH leads to.
@Suite struct PathTests {
  private func names(_ arguments: [String], _ image: ScratchImage) async throws -> [String] {
    let finished = try await Command.ext2walk(["ls", "-A", image.path.string] + arguments)
    #expect(finished.status == 0, "\(finished.messages)")
    return finished.lines
  }

  private func image() async throws -> ScratchImage {
    let image = try await ScratchImage(blockSize: 4096, tree: ["a/b/deep", "a/file", "top"])
    try await image.debugfs("symlink /link a/b")
    try await image.debugfs("symlink /absolute /a/b")
    try await image.debugfs("symlink /a/up ../a/b")
    try await image.debugfs("symlink /loop loop")
    try await image.debugfs("symlink /chain link")
    return image
  }

  @Test func pathsAreWalkedComponentByComponent() async throws {
    let image = try await image()
    for path in ["/a/b", "a/b", "//a//b", "/a/./b", "/a/b/", "/../../a/b", "/a/b/../../a/b", "/a/../a/b/."] {
      #expect(try await names([path], image) == ["deep"], "\(path)")
    }
  }

  @Test func symbolicLinksAreFollowedOnlyByASlashAtTheEnd() async throws {
    let image = try await image()
    for link in ["/link", "/absolute", "/a/up", "/chain"] {
      #expect(try await names([link], image) == [link])
      #expect(try await names([link + "/"], image) == ["deep"])
    }
    let through = try await Command.ext2walk(["ls", image.path.string, "/link/deep"])
    #expect(through.status == 2)
    #expect(
      through.messages.contains(
        "/link is a symbolic link, and those are followed only at the end, by a slash"))
    let loop = try await Command.ext2walk(["ls", image.path.string, "/loop/"])
    #expect(loop.status == 2)
    #expect(loop.messages.contains("too many levels of symbolic links"))
  }

  @Test func onlyDirectoriesHaveDots() async throws {
    let image = try await image()
    for path in ["/top/..", "/top/.", "/link/..", "/a/file/../b"] {
      let finished = try await Command.ext2walk(["ls", image.path.string, path])
      #expect(finished.status == 2, "\(path)")
    }
    let empty = try await Command.ext2walk(["ls", image.path.string, ""])
    #expect(empty.status == 2)
    #expect(empty.messages.contains("the path is empty"))
  }

  /// Links that lead through links, each with the longest target there can be.
  @Test func longChainsOfLinksTakeLittleMemory() async throws {
    let image = try await ScratchImage(blockSize: 65536, tree: ["d/"])
    let target = String(repeating: "./", count: 2000)
    for index in 0..<40 { try await image.debugfs("symlink /d/l\(index) \(target)l\(index + 1)") }
    try await image.debugfs("mkdir /d/l40")
    let finished = try await Command.script("ulimit -v 1000000; \"$1\" ls \"$2\" /d/l1/", [image.path.string])
    #expect(finished.status == 0, "\(finished.messages)")
  }

  @Test func inodesAreNamedByNumber() async throws {
    let image = try await image()
    let a = try image.inode(of: "a")
    #expect(try await names(["<\(a)>"], image) == ["b", "file", "up"])
    #expect(try await names(["<\(a)>/b"], image) == ["deep"])
    #expect(try await names(["<\(a)>/../top"], image).count == 1)
    // After a slash it is a name.
    try await image.debugfs("mkdir /<\(a)>")
    #expect(try await names(["/<\(a)>"], image) == [])
    for missing in ["<0>", "<4000000000>"] {
      let finished = try await Command.ext2walk(["ls", image.path.string, missing])
      #expect(finished.status == 2)
      #expect(finished.messages.contains("the file system has inodes 1 to"))
    }
  }

  @Test func whatIsMissingIsSaidAndTheRestIsListed() async throws {
    let image = try await image()
    let finished = try await Command.ext2walk([
      "ls", image.path.string, "/none", "/a/b", "/top", "/top/x", "/top/",
    ])
    #expect(finished.status == 2)
    #expect(finished.text == "/top\n\n/a/b:\ndeep\n")
    #expect(finished.messages.contains("/none: no such file or directory"))
    #expect(finished.messages.contains("/top/x: /top is not a directory"))
    #expect(finished.messages.contains("/top/: not a directory"))
  }

  @Test func directoriesThemselves() async throws {
    let image = try await image()
    #expect(try await names(["-d", "/a", "/", "/a/b/"], image) == ["/", "/a", "/a/b"])
    let (entries, _) = try await ListedEntry.list(["-d", image.path.string, "/", "/a/b"])
    #expect(entries.map(\.path) == ["/", "/a/b"])
    #expect(entries.map(\.name) == ["/", "b"])
    #expect(entries.map(\.directory) == [nil, Int(try image.inode(of: "a").rawValue)])
  }

  @Test func aNameThatIsNotTextCanBeTyped() async throws {
    let fixture = Fixture.small
    // The shell passes the bytes; Swift's own String would have repaired them.
    let finished = try await Command.script(
      #"exec "$1" ls -d "$2" "$(printf '/names/bad\377\376utf8')""#, [fixture.image])
    #expect(finished.status == 0, "\(finished.messages)")
    #expect(finished.output == Array("/names/bad".utf8) + [0xFF, 0xFE] + Array("utf8\n".utf8))
  }
}
