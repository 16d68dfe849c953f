import Basics
import ExtVolume
import FolioCore
import SystemPackage
import Testing

extension ScratchImage {
  /// What the entries of a crowded directory name.
  enum Crowd {
    /// All of them the file `/one`.
    case links
    /// All of them the directory `/e`.
    case namesOfADirectory
    /// Each a directory of its own, kept in its inode.
    case directories
  }

  /// An image whose `/d` has `count` entries, written block by block: libext2fs takes minutes for as many.
  ///
  /// Bitmaps of blocks and counters are not kept: nobody who looks at directories looks at them.
  static func crowded(_ crowd: Crowd, count: Int) async throws -> ScratchImage {
    let image = try await ScratchImage(
      blockSize: 16384, tree: ["one", "e/sub/"],
      options: [
        "-O", "^metadata_csum,^64bit,^dir_index,^resize_inode,extent,inline_data,dir_nlink", "-I", "256",
        "-N",
        "70000",
      ], blocks: 4096)
    try await image.debugfs("mkdir /d")
    try await image.debugfs("expand_dir /d")
    let (d, one, e) = (try image.d, try image.inode(of: "one"), try image.inode(of: "e"))
    let first: InodeNumber = d + 1
    let entries = (0..<count).map { index -> (inode: InodeNumber, type: UInt8) in
      switch crowd {
      case .links: return (inode: one, type: 1)
      case .namesOfADirectory: return (inode: e, type: 2)
      case .directories: return (inode: first + UInt32(index), type: 2)
      }
    }
    try await image.fill(d, with: entries)
    let links: UInt16
    switch crowd {
    case .links:
      try await image.debugfs("set_inode_field /one links_count \(count + 1)")
      links = 2
    case .namesOfADirectory: links = 2
    case .directories:
      try await image.makeDirectories(first..<first + UInt32(count), in: d)
      links = count + 2 > 65000 ? 1 : UInt16(count + 2)
    }
    try await image.debugfs("set_inode_field /d links_count \(links)")
    return image
  }

  /// Gives a directory new blocks, at the image's end, full of entries with names of four letters.
  private func fill(_ directory: InodeNumber, with entries: [(inode: InodeNumber, type: UInt8)]) async throws
  {
    let perBlock = (blockSize - 24) / 12
    let blockCount = (entries.count + perBlock - 1) / perBlock
    let start = 4096 - blockCount
    var bytes: [UInt8] = []
    for block in 0..<blockCount {
      var records: [(inode: InodeNumber, name: String, type: UInt8)] = []
      if block == 0 { records = [(directory, ".", 2), (.root, "..", 2)] }
      for index in block * perBlock..<min((block + 1) * perBlock, entries.count) {
        let digits = String(index, radix: 36)
        let name = String(repeating: "0", count: 4 - digits.utf8.count) + digits
        records.append((entries[index].inode, name, entries[index].type))
      }
      for (index, record) in records.enumerated() {
        let length = index + 1 < records.count ? 12 : blockSize - 12 * index
        let head = record.inode.littleEndianBytes + UInt16(length).littleEndianBytes
        bytes += head + [UInt8(record.name.utf8.count), record.type] + Array(record.name.utf8)
        bytes += [UInt8](repeating: 0, count: length - 8 - record.name.utf8.count)
      }
    }
    try patch(at: start * blockSize, bytes)
    let inode = try await position(ofInode: directory)
    try patch(at: inode + 4, UInt32(blockCount * blockSize))
    try patch(at: inode + 28, UInt32(blockCount * blockSize / 512))
    // One extent: a header and where the blocks are.
    let header = [UInt16(0xF30A), 1, 4, 0].flatMap(\.littleEndianBytes) + UInt32(0).littleEndianBytes
    let extent = UInt32(0).littleEndianBytes + UInt16(blockCount).littleEndianBytes + [0, 0]
    try patch(at: inode + 40, header + extent + UInt32(start).littleEndianBytes)
  }

  /// Makes inodes into directories that are empty, as `/e/sub` is.
  private func makeDirectories(_ inodes: Range<InodeNumber>, in parent: InodeNumber) async throws {
    let sub = try inode(of: "sub", in: inode(of: "e"))
    var pattern = try bytes(at: try await position(ofInode: sub), 256)
    pattern.replaceSubrange(40..<44, with: parent.littleEndianBytes)
    let table = try await position(ofInode: inodes.lowerBound)
    // In pieces: a lazy sequence of as many bytes takes seconds where nothing is optimised.
    var piece: [UInt8] = []
    for _ in 0..<500 { piece += pattern }
    for index in stride(from: 0, to: inodes.count, by: 500) {
      try patch(at: table + index * 256, Array(piece.prefix((inodes.count - index) * 256)))
    }
    // The inode bitmap: in the first group's descriptor, which stands in the block after the superblock's.
    let bitmap = Int(try number(at: blockSize + 4)) * blockSize
    let last = Int(inodes.upperBound - 1)
    try patch(at: bitmap, [UInt8](repeating: 0xFF, count: last / 8))
    try patch(at: bitmap + last / 8, UInt8((1 << (last % 8)) - 1))
  }
}
