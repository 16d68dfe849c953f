import Basics
import ExtVolume
import FolioCore

/// Checks the names of one directory after the other: whether one stands there twice.
struct NameCheck {
  private var names = NameTable()
  /// Hashes of names that seem to stand there twice.
  private var suspects: Set<UInt64> = []

  var suspectCount: Int { suspects.count }

  /// Begins with a directory.
  mutating func begin() {
    names.removeAll()
    suspects.removeAll()
  }

  /// Makes room for `count` names, before the first of them.
  mutating func reserve(_ count: Int) { names.reserve(count) }

  /// Takes the hash of a name, as ``NameTable`` makes it.
  mutating func take(_ hash: UInt64) {
    if !names.insert(hash) { suspects.insert(hash) }
  }

  /// Reads a directory again and finds the entries whose names stand there already.
  ///
  /// - Parameter casefolded: its inode, where names are compared by it.
  func repeatedNames(
    of directory: InodeNumber, casefolded: Inode?, on volume: Volume, _ inodes: inout InodeTable
  ) throws(VolumeError) -> [(entry: Entry, name: [UInt8], other: [UInt8])] {
    guard !suspects.isEmpty else { return [] }
    var finder = RepeatedNames(in: casefolded, on: volume, suspects: suspects)
    let inode = try inodes.inode(directory)
    var reader = try DirectoryReader(volume)
    reader.begin(inode)
    finder.take(from: &reader, inodes: &inodes)
    return finder.found
  }
}
