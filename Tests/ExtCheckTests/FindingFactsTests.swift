import Basics
import ExtMount
import FolioCore
import Testing

@testable import ExtCheck
@testable import ExtVolume
@testable import TestSupport

/// A finding says what was found as a value: who takes it needs no words to know the numbers.
@Suite struct FindingFactsTests {
  private final class Taker: CheckObserver {
    var findings: [Finding] = []

    func take(_ finding: Finding) { findings.append(finding) }
    func show(_ progress: CheckProgress) {}
  }

  private func findings(in image: MemoryImage) throws -> [Finding] {
    let taker = Taker()
    _ = try ImageCheck.run(image.open(), options: VerifyOptions(), observer: taker)
    return taker.findings
  }

  /// The root of these has two directories in it, d and lost+found, and one block.
  private func image() async throws -> MemoryImage { try await MemoryImage(tree: ["d/one"]) }

  @Test func nothingIsFoundInAGoodImage() async throws {
    #expect(try findings(in: await image()).map(\.rule) == [])
  }

  @Test func linksAndBlocksAreCounted() async throws {
    var image = try await image()
    image.setInode(InodeNumber.root, 9 as UInt16, at: 0x1A)
    image.setInode(InodeNumber.root, 100 as UInt32, at: 0x1C)
    let found = try findings(in: image)
    #expect(found.map(\.rule) == [.wrongBlockCount, .wrongLinkCount])
    #expect(found.map(\.facts) == [.blockCounts(100, expected: 2), .links(9, expected: 4)])
    #expect(found.map(\.foundWords) == ["i_blocks 100, should be 2", "9 links, should be 4"])
  }

  @Test func recordsAreSaid() async throws {
    var image = try await image()
    let block = image.position(ofBlock: 0, of: InodeNumber.root)
    // ".." of the root names an inode that it isn't in.
    image.set(11 as UInt32, at: block + 12)
    #expect(try findings(in: image).first { $0.rule == .wrongDotDot }?.facts == .parent(11, expected: 2))
    image.set(10 as UInt16, at: block + 12 + 4)
    let found = try #require(try findings(in: image).first { $0.rule == .recordTooShort })
    guard case .record(let damage, _) = found.facts else {
      Issue.record("\(String(describing: found.facts))")
      return
    }
    #expect(damage.record.length == 10)
    #expect(found.offset == 12)
  }

  @Test func whatAnEntryNamesIsSaid() async throws {
    var image = try await image()
    // A file that says it is a pipe: its record says a directory.
    image.setInode(11, 0o010644 as UInt16, at: 0)
    let found = try #require(try findings(in: image).first { $0.rule == .typeMismatch })
    let name = Array("lost+found".utf8)
    #expect(
      found.facts == .entry(name: name, inode: 11, .types(record: .directory, inode: .fifo)))
    #expect(found.foundWords == "\"lost+found\", inode 11: the record says directory, the inode fifo")
  }

  /// A kernel's words come from what was found.
  @Test func theKernelsWordsAreThoseOfTheDamage() async throws {
    var image = try await image()
    image.setInode(InodeNumber.root, 0xFFFF_FFFF as UInt32, at: Inode.Field.attributeBlock)
    let found = try #require(try findings(in: image).first { $0.rule == .inodeUnusable })
    #expect(found.facts == .ownInode(.damage(.attributeBlock(0xFFFF_FFFF))))
    #expect(found.kernelWording == "iget: bad extended attribute block 4294967295")
    #expect(found.foundWords.isEmpty)
  }

  @Test func whatMountingTakesIsSaid() async throws {
    var image = try await image()
    // The block bitmap of the only group is after the end.
    image.setDescriptor(0xFFFF_FFF0 as UInt32, at: 0)
    let found = try #require(try findings(in: image).first { $0.rule == .metadataImplausible })
    #expect(found.facts == .obstacle(.groups(first: 0, count: 1, .tablesOutOfPlace)))
  }
}
