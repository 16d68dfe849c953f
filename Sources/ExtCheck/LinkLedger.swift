import ExtVolume
import FolioCore

/// What is learned of directories' ".." and link counts while an image is walked. Whether it is wrong is known only at the
/// end: a directory that nothing led to may name them too.
struct LinkLedger {
  private struct DotDot {
    let found: InodeNumber
    let place: RecordPlace
    let path: [UInt8]
  }

  private struct Links {
    let found: Int
    var expected: Int
    let path: [UInt8]
  }

  /// What ".." names in directories where that isn't what they were found in, or where nothing has led to them yet.
  private var dotDots: [InodeNumber: DotDot] = [:]
  /// In which directories there are further names of a directory.
  private var furtherNames: [InodeNumber: [InodeNumber]] = [:]
  /// Directories whose links aren't as many as what was found to name them.
  private var links: [InodeNumber: Links] = [:]

  /// What ext4 counts up to (`EXT4_LINK_MAX`).
  static var mostLinks: Int { 65000 }

  mutating func noteDotDot(of directory: FoundDirectory, naming inode: InodeNumber, at place: RecordPlace) {
    dotDots[directory.inode] = DotDot(found: inode, place: place, path: directory.path)
  }

  mutating func noteFurtherName(of inode: InodeNumber, in directory: InodeNumber) {
    furtherNames[inode, default: []].append(directory)
  }

  /// - Parameters:
  ///   - found: how many links the directory's inode counts.
  ///   - expected: how many names it has, as far as the directory itself shows.
  mutating func noteLinks(of directory: FoundDirectory, found: Int, expected: Int) {
    if found == expected { return }
    links[directory.inode] = Links(found: found, expected: expected, path: directory.path)
  }

  /// Takes a directory that nothing leads to: what its ".." names counts a link for it.
  mutating func noteUnnamed(_ directory: InodeNumber) {
    if let dotDot = dotDots.removeValue(forKey: directory) { links[dotDot.found]?.expected += 1 }
  }

  /// The directories that have a ".." which names none of those they are in.
  mutating func wrongDotDots(_ census: borrowing InodeCensus) -> [Finding] {
    var findings: [Finding] = []
    for (inode, dotDot) in dotDots.sorted(by: { $0.key < $1.key }) {
      let parent = inode == .root ? inode : census[inode].parent
      if dotDot.found == parent { continue }
      if furtherNames[inode]?.contains(dotDot.found) == true {
        // Of its names the one found first is the wrong one.
        links[parent]?.expected -= 1
        links[dotDot.found]?.expected += 1
        continue
      }
      findings.append(
        Finding(
          rule: .wrongDotDot, path: dotDot.path.shownPath, inode: inode, block: dotDot.place.block,
          offset: dotDot.place.offset, facts: .parent(dotDot.found, expected: parent)))
    }
    return findings
  }

  /// The directories that count another number of links than they should.
  var wrongLinkCounts: [Finding] {
    links.sorted { $0.key < $1.key }.compactMap { inode, links in
      // What a count can't hold is counted as 1 (`dir_nlink`).
      let expected = links.expected > Self.mostLinks ? 1 : links.expected
      guard links.found != expected else { return nil }
      return Finding(
        rule: .wrongLinkCount, path: links.path.shownPath, inode: inode,
        facts: .links(links.found, expected: expected))
    }
  }
}

/// Where in a directory a record is.
struct RecordPlace {
  let block: BlockPlace?
  /// In bytes from the start of the block, or of the inode's contents.
  let offset: Int
}
