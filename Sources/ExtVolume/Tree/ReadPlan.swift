import Basics
package import FolioCore

/// What a walk of directories will read, asked for in the order of the disk before the walk comes to it.
///
/// The order of a tree is not that of the disk: read one by one, each directory costs a disk with a head two seeks. Where the
/// walk stands before a directory that isn't in memory, this finds out what it will need from there on, by one of two ways:
///
/// - *The whole file system*: inode tables of all groups that have directories; then the blocks of all directories found there.
///   The group descriptors tell what that costs.
/// - *Below a directory*, where that is cheaper: level by level, all inodes of the level, then all their blocks. Nobody knows
///   beforehand how far that goes: once it has cost as much as the whole would, the whole is read, if it fits into memory.
///
/// Nothing depends on it: whoever reads what couldn't be read here reports it. Mirrors `pass1_readahead()` of e2fsck, and
/// its pass 2, which takes directory blocks in the order of the disk.
package final class ReadPlan {
  private let volume: Volume
  private let options: ReadingOptions
  /// Whether inodes of all entries will be read too.
  private let needsInodes: Bool
  /// The directories that the plan has asked for.
  private var planned: Set<InodeNumber> = []
  /// Inodes that couldn't be read. A failing disk takes seconds to say so.
  private var unread: [ClosedRange<InodeNumber>] = []
  private var hasTriedWhole = false
  /// What was asked for below directories has cost so much.
  private var cost: UInt64 = 0
  /// The plan asks for so many bytes at a time: more might be gone again before the walk comes to them.
  private lazy var mostByteCount = AvailableMemory.byteCount / 2

  /// So many directories of a level are looked at together, and so many of them asked for at once.
  package static var mostDirectories: Int { 1 << 14 }
  private static var directoriesAtOnce: Int { 1 << 12 }
  /// Of so many directories it is asked whether they are in memory.
  private static var sampleCount: Int { 32 }
  private static var mostUnread: Int { 1 << 10 }

  /// - Parameters:
  ///   - needsInodes: whether the walk reads the inodes of all entries too.
  ///   - mostByteCount: how many bytes may be asked for at a time; half of the available memory where it isn't given.
  package init(
    _ volume: Volume, options: ReadingOptions, needsInodes: Bool, mostByteCount: UInt64? = nil
  ) {
    self.volume = volume
    self.options = options
    self.needsInodes = needsInodes
    if let mostByteCount { self.mostByteCount = mostByteCount }
  }

  /// Whether the plan has asked for a directory, or knows that it can't be read: asking again is no use.
  package func covers(_ directory: InodeNumber) -> Bool {
    planned.contains(directory) || unread.contains { $0.contains(directory) }
  }

  /// Prepares where a walk stands before a directory that is neither covered nor in memory.
  ///
  /// - Parameters:
  ///   - waiting: the directories that the walk knows and reads after this one, in its order.
  ///   - progress: hears which part has been asked for, from 0 to 1.
  package func prepareIfNeeded(
    for directory: InodeNumber, then waiting: some Sequence<InodeNumber>, inodes: inout InodeTable,
    progress: (Double) -> Void
  ) {
    guard !covers(directory), !volume.isInMemory(directory: directory, inodes: &inodes) else { return }
    prepare(for: [directory] + waiting.prefix(Self.mostDirectories), progress: progress)
  }

  /// Asks for what a walk needs that has come to a directory which isn't in memory: the first of these.
  ///
  /// - Parameters:
  ///   - directories: those that the walk knows and hasn't read, in its order.
  ///   - progress: hears which part has been asked for, from 0 to 1.
  package func prepare(for directories: [InodeNumber], progress: (Double) -> Void = { _ in }) {
    let level = directories.prefix(Self.mostDirectories).filter { !covers($0) }
    guard let first = level.first else { return }
    if level.contains(.root), !hasTriedWhole, wholeFileSystem.isWorthIt {
      askForWhole(progress: progress)
      planned.insert(first)
    } else {
      descend(from: level, progress: progress)
    }
  }

  /// Asks for the blocks of all directories, whose inodes have just been read. Where those that are looked at are in memory, all
  /// are taken to be.
  package func prepare(blocksOf directories: [InodeNumber], progress: (Double) -> Void) {
    var inodes = InodeTable(volume)
    let step = max(1, directories.count / Self.sampleCount)
    let isMissing = stride(from: 0, to: directories.count, by: step).contains {
      !volume.isInMemory(directory: directories[$0], inodes: &inodes)
    }
    if isMissing {
      var sweep = DirectorySweep(volume, options)
      for directory in directories {
        if let inode = inodes.directory(directory) { sweep.add(inode) }
      }
      guard sweep.ask(within: mostByteCount, progress: progress) else { return }
    }
    planned.formUnion(directories)
  }

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
    let pieces = whole.tables.pieces()
    let byteCountOfSeek = volume.image.byteCountOfSeek
    // There are less than 2^32 inodes. Of most directories the first page is all that is read.
    let byteCountOfDirectory = options.checksums == .checked ? superblock.blockSize.byteCount : 4096
    whole.byteCount = DiskSweep.byteCount(of: pieces) + directoryCount * UInt64(byteCountOfDirectory)
    whole.cost = whole.byteCount + UInt64(pieces.count) * byteCountOfSeek
    // Descriptors of a damaged file system may count none.
    whole.isWorthIt =
      directoryCount > 0 && whole.byteCount <= mostByteCount
      && whole.cost <= 2 * directoryCount * byteCountOfSeek
    return whole
  }()

  private func askForWhole(progress: (Double) -> Void) {
    hasTriedWhole = true
    let whole = wholeFileSystem
    var tables = whole.tables
    tables.ask(within: mostByteCount) { progress(0.4 * $0) }
    var found: [InodeNumber] = []
    var sweep = DirectorySweep(volume, options)
    var scan = InodeScan(volume, checks: false)
    for (index, group) in whole.groups.enumerated() {
      progress(0.4 + 0.2 * Double(index) / Double(whole.groups.count))
      // Whoever needs an inode reports that it can't be read.
      _ = scan.scan(group: group) { inode, bytes in
        let type = FileType(mode: inode.mode)
        guard type == .directory || needsInodes && type == .symlink else { return }
        sweep.add(Inode(number: inode.number, bytes: bytes, superblock: volume.superblock))
        if type == .directory { found.append(inode.number) }
      } miss: { missed in
        if unread.count < Self.mostUnread { unread.append(missed.inodes) }
      }
    }
    // Where that isn't all, what is missing is asked for when the walk comes to it.
    if sweep.ask(
      within: mostByteCount - min(mostByteCount, tables.byteCount), progress: { progress(0.6 + 0.4 * $0) })
    {
      planned.formUnion(found)
    }
  }

  // MARK: Below directories

  private func descend(from first: [InodeNumber], progress: (Double) -> Void) {
    var options = options
    (options.salvages, options.keepsAccount, options.checksums) = (false, false, .skipped)
    // Whoever walks reports that there is no memory for a folio.
    guard var reader = try? DirectoryReader(volume, options: options) else { return }
    var inodes = InodeTable(volume)
    let whole = wholeFileSystem
    var level = first
    var left = mostByteCount
    while !level.isEmpty {
      var next: [InodeNumber] = []
      for start in stride(from: 0, to: level.count, by: Self.directoriesAtOnce) {
        // Those that there is no room for are asked for when the walk comes to them.
        guard left > 0 else { return }
        let some = level[start..<min(level.count, start + Self.directoriesAtOnce)]
        descend(through: some, to: &next, &reader, &inodes, &left)
        progress(min(0.99, Double(cost) / Double(max(1, whole.cost))))
      }
      if cost > whole.cost, !hasTriedWhole, whole.byteCount <= mostByteCount {
        askForWhole(progress: progress)
        left -= min(left, whole.byteCount)
      }
      level = next.filter { !covers($0) }
    }
  }

  /// Asks for directories, and for the inodes of all their entries where those are needed.
  ///
  /// - Parameters:
  ///   - next: gets the directories that stand in them.
  ///   - left: how many bytes may still be asked for.
  private func descend(
    through some: ArraySlice<InodeNumber>, to next: inout [InodeNumber], _ reader: inout DirectoryReader,
    _ inodes: inout InodeTable, _ left: inout UInt64
  ) {
    planned.formUnion(some)
    var tables = DiskSweep(volume.image)
    for number in some {
      if let range = volume.inodesAround(number) { tables.add(range) }
    }
    tables.ask(within: left)
    left -= min(left, tables.byteCount)
    let directories = some.sorted().compactMap { inodes.directory($0) }
    var sweep = DirectorySweep(volume, options)
    for directory in directories { sweep.add(directory) }
    // Where that isn't all, the next ones are asked for when the walk comes to them.
    if !sweep.ask(within: left) { planned.subtract(some.dropFirst()) }
    left -= min(left, sweep.byteCount)
    var details = DiskSweep(volume.image)
    var seen = Set(next)
    for directory in directories {
      reader.begin(directory)
      while let step = reader.next(inodes: &inodes) {
        guard case .entries(var entries) = consume step else { continue }
        while let record = entries.next() {
          guard !DotName.matches(entries.name(of: record)) else { continue }
          if needsInodes, let place = volume.place(ofInode: record.inode) { details.add(place) }
          let type = Entry(record: record, place: entries.place).type
          if type == .directory || type == .unknown, next.count < Self.mostDirectories, !covers(record.inode),
            seen.insert(record.inode).inserted
          {
            next.append(record.inode)
          }
        }
      }
    }
    details.ask(within: left)
    left -= min(left, details.byteCount)
    cost += tables.cost + sweep.cost + details.cost
  }
}

extension Volume {
  /// Whether a directory's inode and its first block can be read without waiting for a device.
  package func isInMemory(directory: InodeNumber, inodes: inout InodeTable) -> Bool {
    guard let place = place(ofInode: directory) else { return true }
    guard image.isInMemory(at: place.lowerBound) else { return false }
    guard let block = inodes.directory(directory)?.firstNamedBlock, let start = position(ofBlock: block)
    else {
      return true
    }
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
    return table.alignedDown(to: window)..<(end + (window - 1)).alignedDown(to: window)
  }

  /// An inode, and what stands near it in its table: the inodes of other directories of the tree are there most of the time.
  func inodesAround(_ number: InodeNumber) -> Range<BytePosition>? {
    guard let place = place(ofInode: number),
      let table = usedInodeTable(group: superblock.place(of: number).group)
    else { return nil }
    let near: UInt64 = 128 << 10
    let start = place.lowerBound.alignedDown(to: near)
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

extension InodeTable {
  /// The inode of a directory; nil where it is of none or can't be read, as whoever reads the directory reports.
  fileprivate mutating func directory(_ number: InodeNumber) -> Inode? {
    (try? inode(number)).flatMap { $0.isDirectory ? $0 : nil }
  }
}
