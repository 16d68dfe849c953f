import Basics
package import FolioCore

/// A directory on the way: its inode, and a path that leads to it.
package struct FoundDirectory {
  package let inode: InodeNumber
  /// From the root, without a slash at its end: empty for the root itself.
  package let path: [UInt8]

  package init(inode: InodeNumber, path: [UInt8]) {
    self.inode = inode
    self.path = path
  }

  /// A directory in this one.
  package func child(_ inode: InodeNumber, name: RawSpan) -> FoundDirectory {
    var below: [UInt8] = []
    below.reserveCapacity(path.count + 1 + name.byteCount)
    below += path
    below.append(UInt8(ascii: "/"))
    below.append(copying: name)
    return FoundDirectory(inode: inode, path: below)
  }
}

extension Array<UInt8> {
  /// A path as it is shown: that of the root, which is empty, is a slash.
  package var shownPath: [UInt8] { isEmpty ? [UInt8(ascii: "/")] : self }
}

/// The order in which the directories of a tree are walked.
///
/// Parents come before their children, and a directory's own entries before any child's, as in `ls -R`. What is
/// yet to do is a list, so a tree may be as deep as it likes; an inode is walked once, so that cycles end.
package struct TreeWalk {
  private var pending: [FoundDirectory]
  private var walked: Set<InodeNumber>

  package init(from root: FoundDirectory) {
    pending = [root]
    walked = [root.inode]
  }

  /// The directory that comes next; nil at the end.
  package mutating func next() -> FoundDirectory? { pending.popLast() }

  /// The directories that come next, in order, as far as they are known.
  package var waiting: some Sequence<InodeNumber> { pending.reversed().lazy.map(\.inode) }

  /// Adds directories found in the one that came last, in order.
  ///
  /// - Returns: those that are walked already, under another name.
  package mutating func add(_ children: [FoundDirectory]) -> [FoundDirectory] {
    var (next, known): ([FoundDirectory], [FoundDirectory]) = ([], [])
    for child in children {
      if walked.insert(child.inode).inserted { next.append(child) } else { known.append(child) }
    }
    pending += next.reversed()
    return known
  }
}

extension FoundDirectory {
  /// That `second` is a further name, in this directory, of one that is walked already.
  package func damage(secondName second: FoundDirectory) -> DirectoryDamage {
    let name = Array(second.path[path.count...].dropFirst())
    return DirectoryDamage(kind: .secondName(name, inode: second.inode))
  }
}
