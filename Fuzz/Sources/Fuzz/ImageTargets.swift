import FolioCore
import SystemPackage

@testable import Ext2Walk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Small whole images, made by `images.sh` in the directory that `FUZZ_IMAGES` names: an input says which, and what of
/// it to change before it goes to `ls`, `map` or `verify`.
final class Images: Sendable {
  /// An image and where in it there is something to break, in bytes.
  private struct Image {
    let scratch: Scratch
    var places: [Range<Int>]
  }

  private let all: [Image]

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
    all = names.sorted().map { name in
      do { return try Self.image(name) } catch { fatalError("\(name): \(error)") }
    }
  }

  private static func image(_ name: String) throws -> Image {
    let file = try FileDescriptor.open(FilePath(name), .readOnly)
    let count = Int(try file.seek(offset: 0, from: .end))
    var bytes = [UInt8](repeating: 0, count: count)
    try unsafe bytes.withUnsafeMutableBytes { buffer in
      _ = try unsafe file.read(fromAbsoluteOffset: 0, into: buffer)
    }
    try file.close()
    let scratch = Scratch(bytes)
    let location = ImageLocation(argument: Array(scratch.path.utf8), offset: nil)
    guard let location else { throw Errno.invalidArgument }
    return Image(scratch: scratch, places: try places(of: Volume(at: location)))
  }

  /// Inodes in use, blocks of directories, of the journal and of the file of orphans, and of their maps; the superblock and
  /// descriptors last.
  private static func places(of volume: Volume) throws -> [Range<Int>] {
    let size = volume.superblock.blockSize
    var places: [Range<Int>] = []
    func add(_ block: UInt64) { places.append(Int(block) * size..<(Int(block) + 1) * size) }
    var inodes = InodeTable(volume)
    for number in 1...volume.superblock.inodeCount {
      guard let inode = try? inodes.inode(number), inode.attributes.links > 0,
        inode.isDirectory || inode.attributes.fileType == .symlink
          || volume.superblock.isReservedForFileSystem(number)
      else { continue }
      let table = try volume.positionOfInodeTable(group: (number - 1) / volume.superblock.inodesPerGroup)
      let index = Int((number - 1) % volume.superblock.inodesPerGroup)
      let at = Int(table) + index * volume.superblock.inodeSize
      places.append(at..<at + volume.superblock.inodeSize)
      guard !inode.hasInlineData, inode.attributes.fileType != .symlink else { continue }
      let map = BlockMapReader.read(inode, on: volume)
      for place in map.places.prefix(8) { add(place.physical) }
      for node in map.nodes { add(node) }
    }
    let descriptors = Int(volume.superblock.firstDataBlock + 1) * size
    return places + [1024..<2048, descriptors..<descriptors + 64]
  }

  func fuzz(_ input: inout Input) {
    let image = all[Int(input.byte()) % all.count]
    let how = input.byte()
    var changed: [Range<Int>] = []
    while !input.isEmpty, changed.count < 64 {
      let place = image.places[Int(input.byte()) % image.places.count]
      let offset = Int(input.number(UInt16.self)) % place.count
      let count = Int(input.byte() & 31) + 1
      let bytes = input.take(min(count, place.count - offset))
      let at = place.lowerBound + offset
      image.scratch.write(bytes, at: at)
      changed.append(at..<at + bytes.count)
    }
    if how & 128 == 0 {
      // It opens, whatever the superblock says otherwise.
      for range in [1080..<1082, 1048..<1052] { image.scratch.restore(range) }
    }
    defer { for range in changed { image.scratch.restore(range) } }
    switch how & 7 {
    case 0: run(["ls", "-lR", "--checksums"], image.scratch)
    case 1: run(["ls", "-RU", "--format", "json"], image.scratch)
    case 2: run(["map", "-R", "--format", "json"], image.scratch)
    case 3: run(["map", "-R", "--ways", "all", "--draw", "--memory", "high"], image.scratch)
    case 4: run(["verify", "--thorough"], image.scratch)
    case 5: run(["verify", "--format", "json"], image.scratch)
    case 6: run(["verify", "--format", "junit"], image.scratch)
    default: run(["info"], image.scratch)
    }
  }
}
