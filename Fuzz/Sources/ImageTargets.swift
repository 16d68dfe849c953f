import Basics
import ExtCheck
import ExtVolume
import FolioCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Small whole images, made by `images.sh` in the directory that `FUZZ_IMAGES` names: an input says which, and what of
/// it to change before it is walked, looked at block by block, checked, or described. All of it in memory.
final class Images: Sendable {
  /// An image and where in it there is something to break, in bytes.
  private struct Image {
    var bytes: [UInt8]
    let places: [Range<Int>]
  }

  private let all: Mutex<[Image]>

  init() {
    let directory = unsafe getenv("FUZZ_IMAGES").map { unsafe String(cString: $0) } ?? ""
    var names: [String] = []
    if let stream = unsafe opendir(directory) {
      while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
          unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name.hasSuffix(".img") { names.append("\(directory)/\(name)") }
      }
      unsafe closedir(stream)
    }
    guard !names.isEmpty else { fatalError("FUZZ_IMAGES names no directory with images: run make fuzz") }
    all = Mutex(
      names.sorted().map { name in
        do { return try Self.image(name) } catch { fatalError("\(name): \(error)") }
      })
  }

  private static func image(_ name: String) throws -> Image {
    let file = try FileSource(path: FilePath(name))
    let bytes = try file.bytes(Int(file.byteCount), at: 0)
    return Image(bytes: bytes, places: try places(of: Volume(MemorySource(bytes))))
  }

  /// Inodes in use, blocks of directories, of the journal and of the orphan file, and of their maps; the superblock and
  /// descriptors last.
  private static func places(of volume: Volume) throws -> [Range<Int>] {
    let superblock = volume.superblock
    let size = superblock.blockSize.byteCount
    var places: [Range<Int>] = []
    func add(_ block: BlockNumber) {
      let start = Int(block.rawValue) * size
      places.append(start..<start + size)
    }
    var inodes = InodeTable(volume)
    for number in 1...superblock.lastInode {
      guard let inode = try? inodes.inode(number), inode.attributes.links > 0,
        inode.isDirectory || inode.attributes.fileType == .symlink
          || superblock.isReservedForFileSystem(number)
      else { continue }
      let (group, index) = (number - 1).quotientAndRemainder(dividingBy: superblock.inodesPerGroup)
      let table = Int(volume.tables(ofGroup: group).inodeTable.lowerBound.rawValue) * size
      let at = table + Int(index) * superblock.inodeSize
      places.append(at..<at + superblock.inodeSize)
      guard !inode.hasInlineData, inode.attributes.fileType != .symlink else { continue }
      let map = BlockMapReader.read(inode, on: volume)
      for place in map.places.prefix(8) { add(place.physical) }
      for node in map.nodes { add(node) }
    }
    let descriptors = Int(superblock.firstDataBlock.rawValue + 1) * size
    return places + [1024..<2048, descriptors..<descriptors + 64]
  }

  func fuzz(_ input: inout Input) {
    let number = Int(input.byte())
    let how = input.byte()
    all.withLock { all in
      let index = number % all.count
      // Taken out, so that nobody else has it and it is changed in place.
      var bytes = all[index].bytes
      all[index].bytes = []
      let places = all[index].places
      var changes: [(at: Int, old: [UInt8])] = []
      func change(_ new: [UInt8], at position: Int) {
        let range = position..<position + new.count
        changes.append((position, Array(bytes[range])))
        bytes.replaceSubrange(range, with: new)
      }
      // It opens, whatever the superblock says otherwise.
      let opening = [1080..<1082, 1048..<1052].map { (at: $0.lowerBound, bytes: Array(bytes[$0])) }
      while !input.isEmpty, changes.count < 64 {
        let place = places[Int(input.byte()) % places.count]
        let offset = Int(input.number(UInt16.self)) % place.count
        let count = Int(input.byte() & 31) + 1
        change(input.take(min(count, place.count - offset)), at: place.lowerBound + offset)
      }
      if how & 128 == 0 { for piece in opening { change(piece.bytes, at: piece.at) } }
      examine(MemorySource(bytes), how: how & 7)
      for (position, old) in changes.reversed() {
        bytes.replaceSubrange(position..<position + old.count, with: old)
      }
      all[index].bytes = bytes
    }
  }

  private func examine(_ image: MemorySource, how: UInt8) {
    switch how {
    case 0: attempt { try walkBothWays(Volume(image)) }
    case 1, 2: attempt { try lookUpNames(Volume(image)) }
    case 3: attempt { try surveyFolios(Volume(image)) }
    case 4, 5, 6: check(image, isThorough: how == 4)
    default: describe(image)
    }
  }

  private func check(_ image: MemorySource, isThorough: Bool) {
    attempt {
      let taker = FindingTaker()
      let summary = try ImageCheck.run(
        try Volume(image), options: VerifyOptions(isThorough: isThorough), observer: taker)
      expect(
        summary.errorCount + summary.portabilityCount == taker.count,
        "\(taker.count) findings, counted as \(summary.errorCount) and \(summary.portabilityCount)")
    }
  }
}

private final class FindingTaker: CheckObserver {
  private(set) var count = 0

  func take(_ finding: Finding) {
    count += 1
    expectPlain(finding.place + finding.foundWords)
  }

  func show(_ progress: CheckProgress) {}
}
