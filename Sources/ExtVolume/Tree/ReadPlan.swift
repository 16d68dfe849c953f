import Basics
package import FolioCore

/// What a walk of directories will read, asked for in the order of the disk before the walk comes to it.
///
/// The order of a tree is not that of the disk: read one by one, each directory costs a disk with a head two jumps. Where the
/// walk stands before a directory that isn't in memory, this finds out what it will need from there on, by one of two ways:
///
/// - *The whole file system*: inode tables of all groups that have directories, in large pieces; then the blocks of all
///   directories found there. What that costs, the group descriptors tell.
/// - *Below a directory*, where that is cheaper: level by level, all inodes of the level, then all their blocks. Nobody knows
///   beforehand how far that goes: once it has cost as much as the whole would, the whole is read.
///
/// Nothing depends on it: what couldn't be read here is met again by whoever reads it, and told there. Mirrors what e2fsck does
/// by its `read_bitmaps`, `e2fsck_pass1` and the sorted directory blocks of pass 2.
package final class ReadPlan {
  private let volume: Volume
  private let options: ReadingOptions
  /// Whether inodes of all entries will be read too.
  private let needsInodes: Bool
  /// So many bytes are asked for at a time: more might be gone again before the walk comes to them.
  private let mostByteCount: UInt64
  /// Whether all of the file system has been asked for.
  private(set) var isComplete = false
  /// The directories that were asked for.
  private var planned: Set<InodeNumber> = []
  /// What was asked for below directories has cost so much.
  private var cost: UInt64 = 0

  /// - Parameters:
  ///   - needsInodes: whether the walk reads the inodes of all entries too.
  ///   - mostByteCount: how many bytes may be asked for at a time; a part of the memory that there is, where it isn't given.
  package init(
    _ volume: Volume, options: ReadingOptions, needsInodes: Bool, mostByteCount: UInt64? = nil
  ) {
    self.volume = volume
    self.options = options
    self.needsInodes = needsInodes
    self.mostByteCount = mostByteCount ?? AvailableMemory.byteCount / 2
  }

  /// Whether a directory has been asked for: where it isn't in memory all the same, asking again is no use.
  package func covers(_ directory: InodeNumber) -> Bool { isComplete || planned.contains(directory) }

  /// Asks for what a walk needs that has come to a directory which isn't in memory.
  ///
  /// - Parameters:
  ///   - directories: those that the walk knows and hasn't read, in its order; as far as this looks at together.
  ///   - progress: hears how much has been asked for, from 0 to 1.
  package func prepare(for directories: some Sequence<InodeNumber>, progress: (Double) -> Void = { _ in }) {
    let level = directories.prefix(Self.mostDirectories).filter { !covers($0) }
    guard !level.isEmpty else { return }
    planned.formUnion(level)
    let whole = wholeFileSystem
    if level.contains(InodeNumber.root), whole.isWorthIt {
      return ask(for: whole, progress: progress)
    }
    descend(from: level, whole: whole, progress: progress)
  }

  /// So many directories of a level are looked at together.
  package static var mostDirectories: Int { 1 << 14 }

  // MARK: The whole file system

  /// What reading all of the file system's directories takes.
  private struct WholeFileSystem {
    /// The inode tables of these groups.
    var groups: [UInt32] = []
    var tables: DiskSweep
    var cost: UInt64 = 0
    var byteCount: UInt64 = 0
    /// Whether it is cheaper than to read directory by directory, and fits into memory.
    var isWorthIt = false
  }

  private lazy var wholeFileSystem: WholeFileSystem = {
    var whole = WholeFileSystem(tables: DiskSweep(volume.image))
    var directoryCount: UInt64 = 0
    let superblock = volume.superblock
    for group in 0..<volume.groupCount {
      let count = min(superblock.inodesPerGroup, volume.library.directoryCount(group: group))
      directoryCount += UInt64(count)
      guard
        count > 0 || needsInodes && volume.library.freeInodeCount(group: group) < superblock.inodesPerGroup,
        let table = volume.usedInodeTable(group: group)
      else { continue }
      whole.groups.append(group)
      whole.tables.add(table)
    }
    let (byteCount, jumpCount) = whole.tables.planned
    // There are less than 2^32 inodes.
    whole.byteCount = byteCount + directoryCount * UInt64(superblock.blockSize.byteCount)
    whole.cost = whole.byteCount + jumpCount * DiskSweep.byteCountOfJump
    whole.isWorthIt =
      whole.byteCount <= mostByteCount && whole.cost <= 2 * directoryCount * DiskSweep.byteCountOfJump
    return whole
  }()

  private func ask(for whole: WholeFileSystem, progress: (Double) -> Void) {
    isComplete = true
    planned = []
    var tables = whole.tables
    tables.ask { progress(0.5 * $0) }
    var directories = DirectorySweep(volume)
    var scan = InodeScan(volume, checks: false)
    for group in whole.groups {
      // What can't be read is told by whoever needs it.
      _ = scan.scan(group: group) { inode, bytes in
        let type = FileType(mode: inode.mode)
        guard type == .directory || needsInodes && type == .symlink else { return }
        directories.add(Inode(number: inode.number, bytes: bytes, superblock: volume.superblock))
      } miss: { _ in
      }
    }
    directories.ask { progress(0.5 + 0.5 * $0) }
  }

  /// Asks for the blocks of directories whose inodes have just been read, unless they are in memory: as far as some tell for all.
  package func prepare(blocksOf directories: [InodeNumber], progress: (Double) -> Void) {
    var inodes = InodeTable(volume)
    let step = max(1, directories.count / Self.sampleCount)
    let sample = stride(from: 0, to: directories.count, by: step)
    guard sample.contains(where: { !volume.isInMemory(directory: directories[$0], inodes: &inodes) }) else {
      return
    }
    var sweep = DirectorySweep(volume)
    for directory in directories {
      if let inode = inodes.directory(directory) { sweep.add(inode) }
    }
    sweep.ask(progress: progress)
  }

  /// Of so many directories it is asked whether they are in memory.
  private static var sampleCount: Int { 32 }

  // MARK: Below directories

  private func descend(from first: [InodeNumber], whole: WholeFileSystem, progress: (Double) -> Void) {
    var options = options
    (options.salvages, options.keepsAccount, options.checksums) = (false, false, .skipped)
    // Whoever walks reports that there is no memory for a folio.
    guard var reader = try? DirectoryReader(volume, options: options) else { return }
    var inodes = InodeTable(volume)
    var level = first
    var byteCount: UInt64 = 0
    while !level.isEmpty, byteCount < mostByteCount {
      var tables = DiskSweep(volume.image)
      for directory in level {
        if let part = volume.inodesAround(directory) { tables.add(part) }
      }
      tables.ask()
      var directories: [Inode] = []
      var sweep = DirectorySweep(volume)
      for number in level.sorted() {
        guard let inode = inodes.directory(number) else { continue }
        directories.append(inode)
        sweep.add(inode)
      }
      sweep.ask()
      let details = next(&level, in: directories, &reader, &inodes)
      for part in [tables.cost, sweep.cost, details.cost] { cost += part }
      for part in [tables.byteCount, sweep.byteCount, details.byteCount] { byteCount += part }
      if cost > whole.cost, whole.byteCount <= mostByteCount { return ask(for: whole, progress: progress) }
    }
  }

  /// Puts those directories into `level` that stand in these. Asks for the inodes of all their entries, where those are needed.
  private func next(
    _ level: inout [InodeNumber], in directories: [Inode], _ reader: inout DirectoryReader,
    _ inodes: inout InodeTable
  ) -> DiskSweep {
    var details = DiskSweep(volume.image)
    level.removeAll()
    for directory in directories {
      reader.begin(directory)
      while let step = reader.next(inodes: &inodes) {
        guard case .entries(var entries) = consume step else { continue }
        while let record = entries.next() {
          guard !DotName.matches(entries.name(of: record)) else { continue }
          if needsInodes, let part = volume.place(ofInode: record.inode) { details.add(part) }
          let type = Entry(record: record, place: entries.place).type
          if type == .directory || type == .unknown, level.count < Self.mostDirectories,
            planned.insert(record.inode).inserted
          {
            level.append(record.inode)
          }
        }
      }
    }
    details.ask()
    return details
  }
}

extension Volume {
  /// Whether a directory's inode and its first block can be read without waiting for a device.
  package func isInMemory(directory: InodeNumber, inodes: inout InodeTable) -> Bool {
    guard let place = place(ofInode: directory) else { return true }
    guard image.isInMemory(at: place.lowerBound) else { return false }
    guard let inode = inodes.directory(directory), !inode.hasInlineData,
      let first = BlockMapReader.read(inode, on: self).places.first(where: { _ in true }),
      let start = self.position(ofBlock: first.physical)
    else { return true }
    return image.isInMemory(at: start)
  }

  /// Where an inode stands; nil where there is none, as whoever reads it reports.
  fileprivate func place(ofInode number: InodeNumber) -> Range<BytePosition>? {
    (try? position(ofInode: number)).map { $0..<$0 + UInt64(superblock.inodeSize) }
  }

  /// What an ``InodeTable`` reads of the inodes of a group that were ever used, in bytes; nil where there are none, or nobody
  /// knows.
  fileprivate func usedInodeTable(group index: UInt32) -> Range<BytePosition>? {
    // Whoever reads an inode of the group reports that it has no table.
    guard let group = try? inodeGroup(index), let table = try? positionOfInodeTable(group: index) else {
      return nil
    }
    let byteCount = UInt64(group.usedInodeCount) * UInt64(superblock.inodeSize)
    let (end, overflow) = table.addingReportingOverflow(byteCount)
    guard byteCount > 0, !overflow else { return nil }
    let window = UInt64(InodeTable.windowSize(superblock))
    return table.inSteps(of: window)..<(end + (window - 1)).inSteps(of: window)
  }

  /// An inode, and what stands near it in its table: the inodes of other directories of the tree are there most of the time.
  func inodesAround(_ number: InodeNumber) -> Range<BytePosition>? {
    guard let place = place(ofInode: number),
      let table = usedInodeTable(group: (number - 1) / superblock.inodesPerGroup)
    else { return nil }
    let near: UInt64 = 128 << 10
    let start = place.lowerBound.inSteps(of: near)
    return (start..<start + near).clamped(
      to: min(place.lowerBound, table.lowerBound)..<max(place.upperBound, table.upperBound))
  }

  /// Asks for an inode that isn't in memory, and for what stands near it: the way of a path often goes on there.
  func readAround(inode number: InodeNumber) {
    guard let place = place(ofInode: number), !image.isInMemory(at: place.lowerBound),
      let part = inodesAround(number)
    else { return }
    image.willNeed(part)
  }
}

extension BytePosition {
  /// The last position up to this one that is a multiple of `step`.
  fileprivate func inSteps(of step: UInt64) -> BytePosition { BytePosition(rawValue / step * step) }
}

extension InodeTable {
  /// The inode of a directory; nil where it is of none or can't be read, as whoever reads the directory reports.
  fileprivate mutating func directory(_ number: InodeNumber) -> Inode? {
    (try? inode(number)).flatMap { $0.isDirectory ? $0 : nil }
  }
}
