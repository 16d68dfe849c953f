import Basics
import FolioCore

/// What a path leads to.
package struct ResolvedPath {
  package let inode: Inode
  /// As it stands in its directory; made up for the root and for `<N>`.
  package let entry: Entry
  /// From the root, normalized: no `.`, no `..`, no slash at the end; empty for the root. `<N>` keeps its name.
  package let path: [UInt8]
}

/// Finds what a path leads to, component by component, as `namei` does.
///
/// A path begins at the root, with or without a slash. `<N>` as its first component, without a slash before it, is
/// inode N. Symbolic links are not followed, except by a path that ends in a slash, which asks for what the link
/// leads to.
package struct PathLookup: ~Copyable {
  /// What came of a path.
  package struct Outcome {
    /// As it was typed.
    package let path: [UInt8]
    package let found: Result<ResolvedPath, VolumeError>
    package let damage: [DamageOnTheWay]
  }

  /// Damage in a directory on the way: it may be why something isn't found, or isn't what it was.
  package struct DamageOnTheWay {
    package let damage: DirectoryDamage
    package let directory: FoundDirectory
  }

  private let volume: Volume
  private var reader: DirectoryReader
  private var damage: [DamageOnTheWay]

  /// As the kernel's `MAXSYMLINKS`.
  private static var mostLinks: Int { 40 }
  /// As the kernel's `PATH_MAX`: the target of a link is shorter.
  private static var longestTarget: Int { 4096 }

  package init(_ volume: Volume) throws(VolumeError) {
    reader = try DirectoryReader(volume)
    self.volume = volume
    damage = []
  }

  /// Looks up what a command line names, the root where it names nothing.
  package static func lookUp(
    _ paths: [[UInt8]], on volume: Volume, inodes: inout InodeTable
  ) throws(VolumeError) -> [Outcome] {
    var lookup = try PathLookup(volume)
    var outcomes: [Outcome] = []
    for path in paths.isEmpty ? [[UInt8(ascii: "/")]] : paths {
      let found: Result<ResolvedPath, VolumeError>
      do throws(VolumeError) {
        found = .success(try lookup.lookUp(path, inodes: &inodes))
      } catch {
        found = .failure(error)
      }
      outcomes.append(Outcome(path: path, found: found, damage: lookup.damage))
      lookup.damage.removeAll()
    }
    return outcomes
  }

  /// Looks `path` up.
  ///
  /// - Throws: what could not be read, or the path as typed and why it leads nowhere.
  /// - Complexity: linear in the entries of the directories on the way.
  package mutating func lookUp(_ path: [UInt8], inodes: inout InodeTable) throws(VolumeError) -> ResolvedPath
  {
    guard !path.isEmpty else { throw .lookUp(.emptyPath, path: path) }
    var trail = Trail()
    // What is still to be walked, the next component last; links that were followed add theirs.
    var rest: [Component] = Component.all(of: path, followsLinks: path.last == UInt8(ascii: "/")).reversed()
    if path.first != UInt8(ascii: "/"), let first = rest.last, let number = first.inodeNumber {
      let inode = try inodes.inode(number)
      trail.steps = [
        Step(inode: inode, entry: Entry(inode: number, type: inode.attributes.fileType), name: first.name)
      ]
      rest.removeLast()
    } else {
      trail.steps = [try root(inodes: &inodes)]
    }
    var linkCount = 0
    while let component = rest.popLast() {
      let here = trail.last
      guard here.inode.isDirectory else {
        let isLink = here.inode.attributes.fileType == .symlink
        throw .lookUp(isLink ? .linkOnTheWay(trail.path) : .notDirectoryOnTheWay(trail.path), path: path)
      }
      if component.isHere { continue }
      if component.isParent, trail.goBack() || here.inode.number == .root { continue }
      let found = try step(from: here, in: trail.path, to: component.name, typed: path, inodes: &inodes)
      guard found.inode.attributes.fileType == .symlink, component.followsLinks else {
        trail.steps.append(found)
        continue
      }
      linkCount += 1
      guard linkCount <= Self.mostLinks else {
        throw .lookUp(.tooManyLinks, path: path)
      }
      let target = try inodes.target(ofLink: found.inode, on: volume)
      guard target.count < Self.longestTarget else {
        throw .lookUp(.targetTooLong, path: path)
      }
      if target.first == UInt8(ascii: "/") { trail.steps = [try root(inodes: &inodes)] }
      rest += Component.all(of: target, followsLinks: true, followsAllLinks: true).reversed()
    }
    let last = trail.last
    if path.last == UInt8(ascii: "/"), !last.inode.isDirectory {
      throw .lookUp(.notDirectory, path: path)
    }
    return ResolvedPath(inode: last.inode, entry: last.entry, path: trail.path)
  }

  private func root(inodes: inout InodeTable) throws(VolumeError) -> Step {
    let inode = try inodes.inode(.root)
    guard inode.isDirectory else { throw .corrupt(.root(inode.attributes.fileType)) }
    return Step(inode: inode, entry: Entry(inode: inode.number, type: .directory), name: [])
  }

  private mutating func step(
    from here: Step, in directory: [UInt8], to name: [UInt8], typed path: [UInt8], inodes: inout InodeTable
  ) throws(VolumeError) -> Step {
    let found = FoundDirectory(inode: here.inode.number, path: directory)
    guard let entry = entry(named: name, in: here.inode, found, inodes: &inodes) else {
      throw .lookUp(.notFound, path: path)
    }
    volume.readAround(inode: entry.inode)
    return Step(inode: try inodes.inode(entry.inode), entry: entry, name: name)
  }

  private mutating func entry(
    named name: [UInt8], in directory: Inode, _ found: FoundDirectory, inodes: inout InodeTable
  ) -> Entry? {
    reader.begin(directory)
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .damage(let new): damage.append(DamageOnTheWay(damage: new, directory: found))
      case .entries(var entries):
        while let record = entries.next() {
          let other = entries.name(of: record)
          if other.byteCount == name.count, [UInt8](copying: other) == name {
            return Entry(record: record, place: entries.place)
          }
        }
      default: break
      }
    }
    return nil
  }
}

/// Something on the way of a path.
private struct Step {
  let inode: Inode
  let entry: Entry
  /// Empty for the root.
  let name: [UInt8]
}

/// The way from where a path begins to where it has come so far. Never empty once it has begun.
private struct Trail {
  var steps: [Step] = []

  var last: Step {
    guard let last = steps.last else { preconditionFailure("a trail begins somewhere") }
    return last
  }

  /// Goes to the directory the way came from. Returns false at its beginning.
  mutating func goBack() -> Bool {
    guard steps.count > 1 else { return false }
    steps.removeLast()
    return true
  }

  var path: [UInt8] {
    Array(steps.map(\.name).joined(separator: [UInt8(ascii: "/")]))
  }
}

/// One name of a path.
private struct Component {
  let name: [UInt8]
  let followsLinks: Bool

  var isHere: Bool { name == [UInt8(ascii: ".")] }
  var isParent: Bool { name == [UInt8(ascii: "."), UInt8(ascii: ".")] }

  /// N of `<N>`; nil for any other name.
  var inodeNumber: InodeNumber? {
    guard name.first == UInt8(ascii: "<"), name.last == UInt8(ascii: ">") else { return nil }
    return UInt32(String(decoding: name.dropFirst().dropLast(), as: UTF8.self)).map { InodeNumber($0) }
  }

  /// The names in `path`; empty ones lead nowhere and are left out.
  ///
  /// - Parameters:
  ///   - followsLinks: whether the last one follows a symbolic link.
  ///   - followsAllLinks: whether all of them do.
  static func all(of path: [UInt8], followsLinks: Bool, followsAllLinks: Bool = false) -> [Component] {
    let names = path.split(separator: UInt8(ascii: "/"))
    return names.enumerated().map { index, name in
      Component(
        name: Array(name), followsLinks: followsAllLinks || (followsLinks && index == names.count - 1))
    }
  }
}
