import FolioCore

/// What a path leads to.
struct LookedUp {
  let inode: Inode
  /// As it stands in its directory; made up for the root and for `<N>`.
  let entry: Entry
  /// From the root, normalized: no `.`, no `..`, no slash at the end; empty for the root. `<N>` keeps its name.
  let path: [UInt8]
}

/// Finds what a path leads to, component by component, as `namei` does.
///
/// A path begins at the root, with or without a slash. `<N>` as its first component is inode N. Symbolic links
/// are not followed, except by a path that ends in a slash, which asks for what the link leads to.
struct PathLookup: ~Copyable {
  private let volume: Volume
  private var reader: DirectoryReader

  private static var rootInode: UInt32 { 2 }
  /// As the kernel's `MAXSYMLINKS`.
  private static var mostLinks: Int { 40 }

  init(_ volume: Volume) throws(VolumeError) {
    self.volume = volume
    reader = try DirectoryReader(volume)
  }

  /// Looks up what a command line names, the root where it names nothing. What isn't there is said.
  ///
  /// - Returns: what was found, and whether something was not.
  static func lookUp(
    _ paths: [[UInt8]], on volume: Volume, inodes: inout InodeTable, messages: inout Messages
  ) throws(VolumeError) -> (found: [LookedUp], isMissing: Bool) {
    var lookup = try PathLookup(volume)
    var found: [LookedUp] = []
    var isMissing = false
    for path in paths.isEmpty ? [[UInt8(ascii: "/")]] : paths {
      do throws(VolumeError) {
        found.append(try lookup.lookUp(path, inodes: &inodes))
      } catch {
        messages.problem(error.description)
        isMissing = true
      }
    }
    return (found, isMissing)
  }

  /// Looks `path` up.
  ///
  /// - Throws: what could not be read, or the path as typed and why it leads nowhere.
  /// - Complexity: linear in the entries of the directories on the way.
  mutating func lookUp(_ path: [UInt8], inodes: inout InodeTable) throws(VolumeError) -> LookedUp {
    var trail = [try root(inodes: &inodes)]
    // What is still to be walked, the next component last; links that were followed add theirs.
    var rest: [Component] = Component.all(of: path, followsLinks: path.last == UInt8(ascii: "/")).reversed()
    if let first = rest.last, let number = Self.inodeNumber(first.name) {
      rest.removeLast()
      let inode = try inodes.inode(number)
      trail = [
        LookedUp(
          inode: inode, entry: Entry(inode: number, type: inode.attributes.fileType), path: first.name)
      ]
    }
    var linkCount = 0
    while let component = rest.popLast() {
      guard let here = trail.last else { preconditionFailure("a trail begins somewhere") }
      if component.name == Array("..".utf8), trail.count > 1 {
        trail.removeLast()
        continue
      }
      if component.name == Array("..".utf8), here.inode.number == Self.rootInode { continue }
      let found = try step(from: here, to: component.name, typed: path, inodes: &inodes)
      guard found.inode.attributes.fileType == .symlink, component.followsLinks else {
        trail.append(found)
        continue
      }
      linkCount += 1
      guard linkCount <= Self.mostLinks else { throw Self.missing(path, "too many levels of symbolic links") }
      let target = try inodes.target(ofLink: found.inode, on: volume)
      if target.first == UInt8(ascii: "/") { trail = [try root(inodes: &inodes)] }
      rest += Component.all(of: target, followsLinks: true, followsAllLinks: true).reversed()
    }
    guard let last = trail.last else { preconditionFailure("a trail begins somewhere") }
    if path.last == UInt8(ascii: "/"), !last.inode.isDirectory { throw Self.missing(path, "not a directory") }
    return last
  }

  private mutating func root(inodes: inout InodeTable) throws(VolumeError) -> LookedUp {
    let inode = try inodes.inode(Self.rootInode)
    return LookedUp(inode: inode, entry: Entry(inode: inode.number, type: .directory), path: [])
  }

  private mutating func step(
    from here: LookedUp, to name: [UInt8], typed path: [UInt8], inodes: inout InodeTable
  ) throws(VolumeError) -> LookedUp {
    guard here.inode.isDirectory else {
      let isLink = here.inode.attributes.fileType == .symlink
      let reason = isLink ? "is a symbolic link, and those are not followed" : "is not a directory"
      throw Self.missing(path, "\(Escaping.text(here.path)) \(reason)")
    }
    var search = NameSearch(name: name)
    reader.read(here.inode, inodes: &inodes, visitor: &search)
    guard let entry = search.found else {
      let damage = search.problems.map { "; its directory is damaged: \($0.description)" }
      throw Self.missing(path, "no such file or directory" + damage.joined())
    }
    return LookedUp(
      inode: try inodes.inode(entry.inode), entry: entry, path: here.path + [UInt8(ascii: "/")] + name)
  }

  private static func missing(_ path: [UInt8], _ reason: String) -> VolumeError {
    VolumeError(Escaping.text(path), reason: reason)
  }

  /// N of `<N>`; nil for anything else.
  private static func inodeNumber(_ name: [UInt8]) -> UInt32? {
    guard name.first == UInt8(ascii: "<"), name.last == UInt8(ascii: ">") else { return nil }
    return UInt32(String(decoding: name.dropFirst().dropLast(), as: UTF8.self))
  }
}

/// One name of a path.
private struct Component {
  let name: [UInt8]
  let followsLinks: Bool

  /// The names in `path`; empty ones and `.` lead nowhere and are left out.
  static func all(of path: [UInt8], followsLinks: Bool, followsAllLinks: Bool = false) -> [Component] {
    let names = path.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    return names.enumerated().map { index, name in
      Component(
        name: Array(name), followsLinks: followsAllLinks || (followsLinks && index == names.count - 1))
    }
  }
}

/// Looks for one name.
private struct NameSearch: EntryVisitor {
  let name: [UInt8]
  var found: Entry?
  var problems: [DirectoryProblem] = []

  init(name: [UInt8]) {
    self.name = name
  }

  mutating func visit(_ entry: Entry, name: RawSpan, inodes: inout InodeTable) -> Bool {
    guard name.byteCount == self.name.count, [UInt8](copying: name) == self.name else { return true }
    found = entry
    return false
  }

  mutating func report(_ problem: DirectoryProblem) {
    problems.append(problem)
  }
}
