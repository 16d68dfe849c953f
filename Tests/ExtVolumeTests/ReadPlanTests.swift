import Basics
import FolioCore
import Testing

@testable import ExtVolume
@testable import TestSupport

/// What is asked for ahead of a walk, on disks of which nothing is in memory.
@Suite struct ReadPlanTests {
  /// A file system of 8 groups with inode tables of 2 MiB each: `big` has 300 directories of a file each, `small` has 10. Each
  /// group says that it has some.
  static func image() async throws -> ScratchImage {
    let big = (0..<300).map { "big/\($0 % 7)/\($0)/file" }
    let small = (0..<10).map { "small/\($0)/file" }
    let image = try await ScratchImage(
      blockSize: 1024, tree: big + small,
      options: ["-O", "^metadata_csum,^64bit,^dir_index", "-I", "256", "-N", "65536", "-g", "8192"],
      blocks: 65536)
    for group in 1..<8 { try await image.debugfs("set_block_group \(group) used_dirs_count 300") }
    return image
  }

  private static func cold(_ image: ScratchImage, isRotational: Bool = true) throws -> (ColdDisk, Volume) {
    let disk = ColdDisk(try FileSource(path: image.path), isRotational: isRotational)
    let volume = try Volume(disk)
    disk.evict()
    disk.forget()
    return (disk, volume)
  }

  /// Reads all directories from `root` on, and the inodes of all entries if they are needed. Returns how many there are.
  @discardableResult
  private static func walk(_ volume: Volume, from root: InodeNumber, inodesToo: Bool = false) throws -> Int {
    var reader = try DirectoryReader(volume, options: ReadingOptions(checksums: .skipped))
    var inodes = InodeTable(volume)
    var walk = TreeWalk(from: FoundDirectory(inode: root, path: []))
    var count = 0
    while let directory = walk.next() {
      count += 1
      _ = walk.add(try children(of: directory, &reader, &inodes, inodesToo: inodesToo))
    }
    return count
  }

  /// Reads a directory, and the inodes of its entries if they are needed. Returns the directories in it.
  private static func children(
    of directory: FoundDirectory, _ reader: inout DirectoryReader, _ inodes: inout InodeTable,
    inodesToo: Bool = false
  ) throws -> [FoundDirectory] {
    var children: [FoundDirectory] = []
    reader.begin(directory, inodes: &inodes)
    while let step = reader.next(inodes: &inodes) {
      guard case .entries(var entries) = consume step else { continue }
      while let record = entries.next() {
        let name = entries.name(of: record)
        guard !DotName.matches(name) else { continue }
        if inodesToo { _ = try inodes.inode(record.inode) }
        if Entry(record: record, place: entries.place).type == .directory {
          children.append(directory.child(record.inode, name: name))
        }
      }
    }
    return children
  }

  @Test(arguments: [false, true])
  func nothingIsWaitedForAfterAPlanOfTheWhole(needsInodes: Bool) async throws {
    let image = try await Self.image()
    let (disk, volume) = try Self.cold(image)
    let count = try Self.walk(volume, from: .root, inodesToo: needsInodes)
    #expect(count > 300)
    let plainWaits = disk.waits.count
    #expect(plainWaits > 100)

    let (other, again) = try Self.cold(image)
    let plan = ReadPlan(again, options: ReadingOptions(), needsInodes: needsInodes)
    plan.prepare(for: [.root])
    // The tables are in memory when they are read.
    #expect(other.waits.isEmpty)
    #expect(!other.asked.isEmpty)
    #expect(try Self.walk(again, from: .root, inodesToo: needsInodes) == count)
    #expect(other.waits.isEmpty)
  }

  @Test func eachSweepIsInTheOrderOfTheDisk() async throws {
    let (disk, volume) = try Self.cold(try await Self.image(), isRotational: false)
    ReadPlan(volume, options: ReadingOptions(), needsInodes: false).prepare(for: [.root])
    // One sweep over the tables, one over the blocks.
    #expect(disk.asked.count > 10)
    let turns = zip(disk.asked, disk.asked.dropFirst()).count { $1.lowerBound < $0.upperBound }
    #expect(turns <= 1)
  }

  @Test func aSmallTreeDoesNotReadAllInodeTables() async throws {
    let image = try await Self.image()
    let (disk, volume) = try Self.cold(image, isRotational: false)
    let small = try image.inode(of: "small")
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false)
    plan.prepare(for: [small])
    let (whole, all) = try Self.cold(image, isRotational: false)
    ReadPlan(all, options: ReadingOptions(), needsInodes: false).prepare(for: [.root])
    #expect(disk.byteCountFromDisk * 2 < whole.byteCountFromDisk)
    let asked = disk.waits.count
    #expect(try Self.walk(volume, from: small) == 11)
    #expect(disk.waits.count == asked)
  }

  /// What there is no memory for is asked for when the walk comes to it, and nothing is read from the disk twice.
  @Test(arguments: [1 << 18, 1 << 20]) func noMoreIsAskedForThanMemoryHas(most: Int) async throws {
    let image = try await Self.image()
    let (plain, unplanned) = try Self.cold(image)
    try Self.walk(unplanned, from: .root)
    let (disk, volume) = try Self.cold(image, isRotational: false)
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false, mostByteCount: UInt64(most))
    var inodes = InodeTable(volume)
    var reader = try DirectoryReader(volume, options: ReadingOptions(checksums: .skipped))
    var walk = TreeWalk(from: FoundDirectory(inode: .root, path: []))
    var (planCount, count) = (0, 0)
    while let directory = walk.next() {
      let before = disk.asked.reduce(0) { $0 + $1.count }
      plan.prepareIfNeeded(for: directory.inode, then: walk.waiting, inodes: &inodes) { _ in }
      let asked = disk.asked.reduce(0) { $0 + $1.count } - before
      // The reader asks for the twelve blocks of lost+found by itself.
      #expect(asked <= most + 12 * 1024)
      if asked > 0 { planCount += 1 }
      #expect(plan.covers(directory.inode) || asked == 0)
      count += 1
      _ = walk.add(try Self.children(of: directory, &reader, &inodes))
    }
    #expect(count > 300)
    #expect(most > 1 << 18 || planCount > 1, "\(planCount)")
    #expect(3 * disk.waits.count < 2 * plain.waits.count, "\(disk.waits.count) \(plain.waits.count)")
  }

  /// A damaged file system has descriptors that count no directories: a plan by them leaves all to be found below the root.
  @Test func directoriesThatNobodyCountsAreFoundBelowTheRoot() async throws {
    let image = try await Self.image()
    for group in 0..<8 { try await image.debugfs("set_block_group \(group) used_dirs_count 0") }
    let (disk, volume) = try Self.cold(image)
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false)
    plan.prepare(for: [.root])
    disk.forget()
    #expect(try Self.walk(volume, from: .root) > 300)
    #expect(disk.waits.count < 10, "\(disk.waits.count)")
  }

  @Test func whatWasAskedForIsNotAskedForAgain() async throws {
    let image = try await Self.image()
    let (disk, volume) = try Self.cold(image)
    let small = try image.inode(of: "small")
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false)
    plan.prepare(for: [small])
    disk.evict()
    disk.forget()
    plan.prepare(for: [small])
    #expect(disk.asked.isEmpty && disk.waits.isEmpty)
  }

  @Test func aBadSectorIsReadOnceAndLeftToTheReader() async throws {
    let image = try await Self.image()
    let sector = try await image.position(ofInode: .root) + 5000
    let faulty = FaultySource(ColdDisk(try FileSource(path: image.path)), .fails(at: sector))
    let volume = try Volume(faulty)
    faulty.forgetReads()
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false)
    plan.prepare(for: [.root])
    #expect(faulty.touches.count == 1)
    faulty.forgetReads()
    plan.prepare(for: [.root])
    #expect(faulty.reads.isEmpty)
  }

  @Test func aCheckAsksForBlocksOnlyWhereTheyAreNotInMemory() async throws {
    let image = try await Self.image()
    let (disk, volume) = try Self.cold(image)
    let plan = ReadPlan(volume, options: ReadingOptions(), needsInodes: false)
    var directories: [InodeNumber] = []
    var scan = InodeScan(volume)
    for group in 0..<volume.groupCount {
      _ = scan.scan(group: group) { inode, _ in
        if FileType(mode: inode.mode) == .directory { directories.append(inode.number) }
      } miss: { _ in
      }
    }
    disk.forget()
    plan.prepare(blocksOf: directories) { _ in }
    #expect(!disk.asked.isEmpty)
    disk.forget()
    try Self.walk(volume, from: .root)
    #expect(disk.waits.isEmpty)
    disk.forget()
    plan.prepare(blocksOf: directories) { _ in }
    #expect(disk.asked.isEmpty)
  }
}

/// Parts of an image in the order of the disk.
@Suite struct DiskSweepTests {
  private static func asked(_ parts: [Range<BytePosition>], isRotational: Bool) -> [Range<BytePosition>] {
    let disk = ColdDisk(MemorySource(Array(repeating: 0, count: 8 << 20)), isRotational: isRotational)
    var sweep = DiskSweep(disk)
    for part in parts { sweep.add(part) }
    let pieces = sweep.pieces()
    sweep.ask(within: .max)
    #expect(sweep.seekCount == UInt64(pieces.count) && sweep.byteCount == DiskSweep.byteCount(of: pieces))
    return disk.asked
  }

  private static func part(_ start: Int, _ end: Int) -> Range<BytePosition> {
    BytePosition(start)..<BytePosition(end)
  }

  private static let mib = 1 << 20

  @Test func partsAreSortedAndGapsReadThrough() {
    let last = Self.part(5 * Self.mib, 6 * Self.mib)
    let parts = [last, Self.part(0, 4096), Self.part(8192, 12288), Self.part(4096, 5000)]
    #expect(Self.asked(parts, isRotational: true) == [Self.part(0, 12288), last])
    // Without a head a gap costs as much as what is wanted.
    let far = [Self.part(0, 4096), Self.part(Self.mib / 2, Self.mib / 2 + 4096)]
    #expect(Self.asked(far, isRotational: true) == [Self.part(0, Self.mib / 2 + 4096)])
    #expect(Self.asked(far, isRotational: false) == far)
  }

  @Test func gapsAreLeftOutWhereThereIsNoMemoryForThem() {
    let disk = ColdDisk(MemorySource(Array(repeating: 0, count: 8 << 20)))
    var sweep = DiskSweep(disk)
    for start in stride(from: 0, to: 8 << 20, by: 1 << 19) { sweep.add(Self.part(start, start + 4096)) }
    #expect(sweep.pieces().count == 1)
    #expect(sweep.pieces(within: 1 << 20).count == 16)
    let isAll = sweep.ask(within: 3 * 4096)
    #expect(!isAll)
    #expect(disk.asked.count == 3)
  }

  @Test func whatLiesAfterTheEndIsLeftOut() {
    let mib = Self.mib
    let parts = [Self.part(7 * mib, 9 * mib), Self.part(8 * mib, 9 * mib), Self.part(0, 0)]
    #expect(Self.asked(parts, isRotational: true) == [Self.part(7 * mib, 8 * mib)])
  }
}
