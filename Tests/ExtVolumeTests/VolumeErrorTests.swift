import Basics
import FolioCore
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// Errors are told apart by their cases and numbers.
@Suite struct VolumeErrorTests {
  private func error(_ body: () throws -> Void) -> VolumeError? {
    #expect(throws: VolumeError.self, performing: body)
  }

  // MARK: Opening

  @Test func whatIsNoImage() throws {
    #expect(error { _ = try FileSource(path: "/dev/null") } == .unfit(.special))
    #expect(error { _ = try FileSource(path: "/") } == .unfit(.directory))
    let scratch = try ScratchDirectory()
    let empty = scratch.path.appending("empty")
    try writeFile(empty, [])
    #expect(error { _ = try FileSource(path: empty) } == .unfit(.empty))
    #expect(
      error { _ = try FileSource(path: scratch.path.appending("none")) }
        == .system(.noSuchFileOrDirectory, doing: .openImage(isDevice: false)))
    let part = try PartSource(of: MemorySource([UInt8](repeating: 0, count: 100)), from: 60)
    #expect(
      error { _ = try PartSource(of: part, from: 40) } == .unfit(.offsetAfterEnd(offset: 100, end: 100)))
  }

  @Test func whatHoldsNoFileSystem() {
    #expect(
      error { _ = try Volume(MemorySource([UInt8](repeating: 0, count: 2047))) }
        == .unfit(.tooShort(byteCount: 2047)))
    #expect(
      error { _ = try Volume(MemorySource([UInt8](repeating: 0, count: 2048))) }
        == .libext2fs(Ext2Library.Code.badMagic, doing: .openFileSystem(superblock: nil)))
    let byBackup = Volume.OpenOptions(blockSize: BlockSize(byteCount: 1024), superblock: 1)
    #expect(
      error { _ = try Volume(MemorySource([UInt8](repeating: 0, count: 4096)), options: byBackup) }
        == .libext2fs(Ext2Library.Code.badMagic, doing: .openFileSystem(superblock: 1)))
  }

  @Test func whatASuperblockClaims() async throws {
    let image = try await MemoryImage()
    let (found, wanted) = (try #require(BlockSize(byteCount: 1024)), try #require(BlockSize(byteCount: 4096)))
    #expect(
      error { _ = try image.open(Volume.OpenOptions(blockSize: wanted)) }
        == .unfit(.blockSize(found: found, wanted: wanted)))
    var changed = image
    changed.setSuperblock(7 as UInt32, at: 0x18)
    #expect(error { _ = try changed.open() } == .corrupt(.superblock(.logBlockSize(7))))
    changed = image
    // 2^32 - 1 blocks, 256 in a group: libext2fs isn't asked.
    changed.setSuperblock(UInt32.max, at: 0x04)
    changed.setSuperblock(256 as UInt32, at: 0x20)
    changed.setSuperblock(256 as UInt32, at: 0x24)
    #expect(error { _ = try changed.open() } == .corrupt(.groupCount(1 << 24)))
    changed = image
    changed.setSuperblock(changed.bytes.raw.littleEndian(at: 1024 + 0x60, as: UInt32.self) | 0x20, at: 0x60)
    let unknown = Feature.named(by: FeatureBits(compatible: 0, incompatible: 0x20, readOnlyCompatible: 0))
    #expect(error { _ = try changed.open() } == .unsupported(unknown))
    #expect(error { _ = try changed.open() }?.isOfUnknownFeatures == true)
  }

  /// What the system has too little of says nothing against the image, whoever says so.
  @Test func limitsAreTold() {
    let task = VolumeError.Task.openFileSystem(superblock: nil)
    let rows: [(VolumeError, VolumeError.Limit)] = [
      (.failed(Errno.tooManyOpenFiles, doing: task), .descriptors),
      (.failed(Int(Errno.tooManyOpenFilesInSystem.rawValue), doing: task), .descriptorsOfAll),
      (.failed(Int(Errno.noMemory.rawValue), doing: task), .memory),
      (.failed(Ext2Library.Code.noMemory, doing: task), .libraryMemory),
    ]
    for (error, limit) in rows { #expect(error == .limit(limit, doing: task) && error.isOfThisMachine) }
    let other = VolumeError.failed(Errno.ioError, doing: .findSize)
    #expect(other == .system(.ioError, doing: .findSize) && !other.isOfThisMachine)
  }

  // MARK: Inodes and blocks

  @Test func whatAFileSystemDoesNotHave() async throws {
    let volume = try await MemoryImage().open()
    let (inodeCount, blockCount) = (volume.superblock.inodeCount, volume.superblock.blockCount)
    let end = volume.superblock.blocksEnd
    var inodes = InodeTable(volume)
    for number in [0, volume.superblock.lastInode + 1, 0xFFFF_FFFF] {
      #expect(throws: VolumeError.noInode(number, count: inodeCount)) { _ = try inodes.inode(number) }
    }
    #expect(error { _ = try volume.readBlock(end) } == .noBlock(end, count: blockCount))
  }

  @Test func whatCanNotBeRead() async throws {
    let image = try await MemoryImage(tree: ["a"])
    let source = MemorySource(image.bytes)
    let table = UInt64(image.bytes.raw.littleEndian(at: 2048 + 8, as: UInt32.self)) * 1024
    let inode12 = table + 11 * UInt64(image.inodeSize)
    let volume = try Volume(FaultySource(source, .fails(at: Int(inode12))))
    var inodes = InodeTable(volume)
    #expect(throws: VolumeError.read(.system(.ioError, position: BytePosition(inode12)), of: .inode(12))) {
      _ = try inodes.inode(12)
    }
    #expect(try inodes.inode(.root).isDirectory)
    let block = inode12 / 1024
    #expect(
      error { _ = try volume.readBlock(BlockNumber(block)) }
        == .read(.system(.ioError, position: BytePosition(block * 1024)), of: .block(BlockNumber(block))))
    // An image that ends in its inode table, or before it.
    let cut = try Volume(MemorySource(Array(image.bytes[..<Int(table)])))
    var cutInodes = InodeTable(cut)
    #expect(
      throws: VolumeError.read(.pastEnd(position: BytePosition(table), byteCount: table), of: .inode(12))
    ) {
      _ = try cutInodes.inode(12)
    }
  }

  @Test func whereTablesCanNotBe() async throws {
    var image = try await MemoryImage()
    image.setDescriptor(0x7FFF_FFFF as UInt32, at: 4)
    image.setDescriptor(0x7FFF_FFFE as UInt32, at: 8)
    let volume = try image.open()
    #expect(error { _ = try volume.inodeGroup(0) } == .corrupt(.inodeBitmap(group: 0, block: 0x7FFF_FFFF)))
    let table = Corruption.inodeTable(group: 0, block: 0x7FFF_FFFE, hasBackups: true)
    #expect(error { _ = try volume.positionOfInodeTable(group: 0) } == .corrupt(table))
    var scan = InodeScan(volume)
    var unread: [UnreadInodes] = []
    let bitmap = scan.scan(group: 0) { _, _ in
    } miss: {
      unread.append($0)
    }
    #expect(bitmap == nil && unread.map(\.inodes) == [1...volume.superblock.lastInode])
    #expect(unread.first?.reason == .table(.corrupt(.inodeBitmap(group: 0, block: 0x7FFF_FFFF))))
  }

  @Test func whatAScanCanNotRead() async throws {
    let image = try await MemoryImage()
    let (map, table) = (
      UInt64(image.bytes.raw.littleEndian(at: 2048 + 4, as: UInt32.self)) * 1024,
      UInt64(image.bytes.raw.littleEndian(at: 2048 + 8, as: UInt32.self)) * 1024
    )
    let ofBitmap = try Volume(FaultySource(MemorySource(image.bytes), .fails(at: Int(map))))
    var scan = InodeScan(ofBitmap)
    let bitmap = scan.scan(group: 0) { _, _ in
    } miss: {
      Issue.record("\($0)")
    }
    #expect(bitmap == .read(.system(.ioError, position: BytePosition(map)), of: .inodeBitmap(group: 0)))
    let ofTable = try Volume(FaultySource(MemorySource(image.bytes), .fails(at: Int(table))))
    scan = InodeScan(ofTable)
    var unread: [UnreadInodes] = []
    #expect(scan.scan(group: 0, { _, _ in }, miss: { unread.append($0) }) == nil)
    #expect(unread.map(\.reason) == [.bytes(.system(.ioError, position: BytePosition(table)))])
    #expect(unread.map(\.inodes.lowerBound) == [1])
  }

  // MARK: Symbolic links

  @Test func targetsThatAreNone() async throws {
    var image = try await MemoryImage(tree: ["a"])
    // Inode 12, a symbolic link without blocks.
    image.setInode(12, 0o120777 as UInt16, at: Inode.Field.mode)
    image.setInode(12, 0 as UInt32, at: Inode.Field.blocks)
    image.setInode(12, 5 as UInt32, at: Inode.Field.size)
    image.setInode(12, 0x6261 as UInt32, at: Inode.Field.blockArea)
    try await expectTarget(image, .target(inode: 12, Array("ab".utf8), byteCount: 5))
    image.setInode(12, 1025 as UInt32, at: Inode.Field.size)
    try await expectTarget(image, .targetLength(inode: 12, 1025))
    image.setInode(12, 100 as UInt32, at: Inode.Field.size)
    image.setInode(12, 2 as UInt32, at: Inode.Field.blocks)
    image.setInode(12, 0x7FFF_FFFF as UInt32, at: Inode.Field.blockArea)
    try await expectTarget(image, .targetBlock(inode: 12))
    image.setInode(12, 0 as UInt32, at: Inode.Field.blocks)
    image.setInode(12, InodeFlag.encrypted, at: Inode.Field.flags)
    try await expectTarget(image, .encryptedTarget(inode: 12, byteCount: 60))
  }

  private func expectTarget(_ image: MemoryImage, _ corruption: Corruption) async throws {
    let volume = try image.open()
    var inodes = InodeTable(volume)
    let inode = try inodes.inode(12)
    #expect(throws: VolumeError.corrupt(corruption)) { _ = try inodes.target(ofLink: inode, on: volume) }
  }

  // MARK: Paths

  @Test func pathsThatLeadNowhere() async throws {
    var image = try await MemoryImage(tree: ["d/file", "link"])
    let volume = try image.open()
    var inodes = InodeTable(volume)
    var lookup = try PathLookup(volume)
    let link = try lookup.lookUp(Array("/link".utf8), inodes: &inodes).inode.number
    image.setInode(link, 0o120777 as UInt16, at: Inode.Field.mode)
    image.setInode(link, 4 as UInt32, at: Inode.Field.size)
    for (index, byte) in "link".utf8.enumerated() {
      image.setInode(link, byte, at: Inode.Field.blockArea + index)
    }
    let linked = try image.open()
    let file = Array("/d/file".utf8)
    let rows: [(String, LookupError)] = [
      ("", .emptyPath), ("/none", .notFound), ("d/none", .notFound), ("/d/file/", .notDirectory),
      ("/d/file/x", .notDirectoryOnTheWay(file)), ("/link/x", .linkOnTheWay(Array("/link".utf8))),
      ("/link/", .tooManyLinks),
    ]
    inodes = InodeTable(linked)
    lookup = try PathLookup(linked)
    for (path, expected) in rows {
      #expect(throws: VolumeError.lookUp(expected, path: Array(path.utf8)), "\(path)") {
        _ = try lookup.lookUp(Array(path.utf8), inodes: &inodes)
      }
    }
    image.setInode(.root, 0o100644 as UInt16, at: Inode.Field.mode)
    let rootless = try image.open()
    inodes = InodeTable(rootless)
    lookup = try PathLookup(rootless)
    #expect(throws: VolumeError.corrupt(.root(.regular))) {
      _ = try lookup.lookUp(Array("/".utf8), inodes: &inodes)
    }
  }

  /// libext2fs takes the number of a backup's block in 32 bits: another block would be opened.
  @Test func aBackupBeyondWhatLibext2fsCanCountIsRefused() {
    let options = Volume.OpenOptions(superblock: BlockNumber(UInt64(1) << 32))
    let error = #expect(throws: VolumeError.self) {
      _ = try Volume(MemorySource([UInt8](repeating: 0, count: 4096)), options: options)
    }
    guard case .noBlock(let block, count: 4_294_967_296) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(block == BlockNumber(UInt64(1) << 32))
  }
}
