import Basics
import ExtVolume
import FolioCore

/// What a walk of a whole tree came to.
private struct Walked {
  var entryCount = 0
  var damageCount = 0
  /// Of all entries in order: where they stand, what they name, and their names.
  var digest = RecordDigest()
  /// Paths of some entries.
  var paths: [[UInt8]] = []
}

/// Walks all of the tree, by the proposed way of mapping and out of high memory: both must come to the same.
func walkBothWays(_ volume: Volume) throws(VolumeError) {
  let low = try walk(volume, ReadingOptions(checksums: .checked))
  let high = try walk(
    volume,
    ReadingOptions(memory: .high, frameOrder: .scattered(seed: 1), way: .pagePair, checksums: .checked))
  expect(
    low.entryCount == high.entryCount && low.damageCount == high.damageCount
      && low.digest.value == high.digest.value,
    "\(low.entryCount) entries and \(low.damageCount) damages, or \(high.entryCount) and \(high.damageCount)")
}

private func walk(_ volume: Volume, _ options: ReadingOptions) throws(VolumeError) -> Walked {
  var walked = Walked()
  var reader = try DirectoryReader(volume, options: options)
  var inodes = InodeTable(volume)
  var tree = TreeWalk(from: FoundDirectory(inode: .root, path: []))
  while let directory = tree.next() {
    var children: [FoundDirectory] = []
    reader.begin(directory, inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      switch consume step {
      case .damage(let problem):
        walked.damageCount += 1
        expectPlain(problem.description(directory: directory.inode, path: directory.path))
      case .entries(var entries):
        while let record = entries.next() {
          let name = entries.name(of: record)
          let entry = Entry(record: record, place: entries.place)
          walked.entryCount += 1
          walked.digest.add(record, name: name)
          // The entries of a directory kept in its inode for itself and its parent have no records.
          if entry.recordLength >= Record.headerByteCount {
            expect((1...volume.superblock.lastInode).contains(entry.inode), "inode \(entry.inode)")
          }
          expect(
            name.byteCount > 0 && ![UInt8](copying: name).contains { $0 == 0 || $0 == UInt8(ascii: "/") },
            "no name: \([UInt8](copying: name))")
          let child = directory.child(entry.inode, name: name)
          if walked.paths.count < 64 { walked.paths.append(child.path) }
          if !DotName.matches(name), isDirectory(entry, volume, &inodes) { children.append(child) }
        }
      default: break
      }
    }
    for second in tree.add(children) {
      expectPlain(
        directory.damage(secondName: second).description(directory: directory.inode, path: directory.path))
    }
  }
  return walked
}

/// Reads the inode as `ls -l` does, with the target of a symbolic link. Returns whether it is a directory to walk.
private func isDirectory(_ entry: Entry, _ volume: Volume, _ inodes: inout InodeTable) -> Bool {
  do throws(VolumeError) {
    let inode = try inodes.inode(entry.inode)
    if let disagreement = entry.disagreement(with: inode.attributes) {
      expectPlain(disagreement.description)
    }
    if inode.attributes.fileType == .symlink { _ = try inodes.target(ofLink: inode, on: volume) }
    return inode.isDirectory
  } catch {
    expectPlain(error.description)
    return false
  }
}

/// Looks up names that a walk has found, as they are and through links.
func lookUpNames(_ volume: Volume) throws(VolumeError) {
  let walked = try walk(volume, ReadingOptions(checksums: .skipped))
  var inodes = InodeTable(volume)
  let slash = UInt8(ascii: "/")
  var paths = walked.paths + walked.paths.map { $0 + [slash] }
  paths += walked.paths.suffix(4).map { $0 + Array("/../..".utf8) + $0 }
  paths.append(Array("<12>/..".utf8))
  for outcome in try PathLookup.lookUp(paths, on: volume, inodes: &inodes) {
    switch outcome.found {
    case .success(let found): expect(outcome.path.last != slash || found.inode.isDirectory, "no directory")
    case .failure(let error): expectPlain(error.description)
    }
  }
}

/// Reads each block again by every way of mapping: those that serve must find the same.
func surveyFolios(_ volume: Volume) throws(VolumeError) {
  let options = ReadingOptions(memory: .high, keepsAccount: true)
  var reader = try DirectoryReader(volume, options: options)
  var survey = try FolioSurvey(volume, options: options)
  var inodes = InodeTable(volume)
  for number in 1...min(volume.superblock.lastInode, 64) {
    reader.begin(FoundDirectory(inode: number, path: []), inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      guard case .entries(var entries) = consume step else { continue }
      while entries.next() != nil {}
    }
  }
  for (line, path) in reader.account {
    let block = try volume.surveyedBlock(of: line, path: path, inodes: &inodes)
    var first: SurveyedReading?
    for way in MappingWay.allCases {
      let reading = survey.read(block, by: way)
      guard reading.refusal == nil, reading.failure == nil else { continue }
      let expected = first ?? reading
      expect(
        reading.recordDigest == expected.recordDigest && reading.damaged == expected.damaged,
        "\(way) finds other records than \(expected.way)")
      first = expected
    }
  }
}
