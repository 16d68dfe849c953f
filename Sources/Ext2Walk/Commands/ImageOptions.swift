import ArgumentParser
import Basics
import ExtDisk
import ExtVolume
import FolioCore
import TextOutput

/// The image, and how to open it: for every command that takes one.
struct ImageOptions: ParsableArguments {
  @Argument(
    help: "A file or block device. A file system further in: IMAGE?offset=BYTES.", completion: .file())
  var image: String

  @OptionGroup var opening: OpeningOptions

  mutating func validate() throws {
    _ = try opening.location(of: imageBytes)
  }

  /// The image as its bytes were typed.
  var imageBytes: [UInt8] { RawArguments.bytes(of: image) }

  /// Opens the image. What there is to say of a whole disk `diagnostics` prints.
  func open(_ diagnostics: Diagnostics) throws -> Volume {
    try opening.open(imageBytes, diagnostics)
  }
}

/// How to open an image: the same for every command.
struct OpeningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where in IMAGE the file system begins.", valueName: "bytes[K|M|G|T]"))
  var offset: ByteCountArgument?

  @Option(
    help: ArgumentHelp(
      "Which partition of a whole disk; without it, the only one that holds ext2, ext3 or ext4.",
      valueName: "number"))
  var partition: Int?

  @Option(
    help: ArgumentHelp("What the block size must be; with --superblock, what it is.", valueName: "bytes[K]"))
  var blockSize: ByteCountArgument?

  @Option(help: ArgumentHelp("Open by the backup superblock in this block.", valueName: "block"))
  var superblock: UInt32?

  /// The block size that was asked for.
  var wantedBlockSize: BlockSize? {
    (blockSize?.byteCount).flatMap { Int(exactly: $0) }.flatMap { BlockSize(byteCount: $0) }
  }

  mutating func validate() throws {
    if let size = blockSize?.byteCount, wantedBlockSize == nil {
      throw ValidationError("--block-size takes a power of two from 1024 to 65536, not \(size)")
    }
    if let partition, partition < 1 {
      throw ValidationError("--partition takes a number from 1, not \(partition)")
    }
    if let superblock, superblock > Int32.max {
      throw ValidationError("--superblock takes a block number up to \(Int32.max), not \(superblock)")
    }
  }

  func location(of image: [UInt8]) throws -> ImageLocation {
    guard let location = ImageLocation(argument: image, offset: (offset?.byteCount).map { BytePosition($0) })
    else {
      throw ValidationError("give the offset once: as --offset or as ?offset=")
    }
    if partition != nil, location.offset > 0 {
      throw ValidationError("--partition and an offset both say where the file system begins: give one")
    }
    return location
  }

  /// Opens the image. What there is to say of a whole disk `diagnostics` prints.
  func open(_ image: [UInt8], _ diagnostics: Diagnostics) throws -> Volume {
    var disk = DiskState()
    defer { diagnostics.tell(disk) }
    return try open(image, &disk)
  }

  /// Opens the image.
  ///
  /// - Parameter disk: gets what there is to say of a whole disk, also where the file system can't be opened.
  func open(_ image: [UInt8], _ disk: inout DiskState) throws -> Volume {
    let location = try location(of: image)
    return try open(try location.open(), at: location, &disk)
  }

  /// Opens the file system in `file`, which `location` names and is open already.
  func open(_ file: any ByteSource, at location: ImageLocation, _ disk: inout DiskState) throws -> Volume {
    try Volume(try source(in: file, at: location, &disk), options: volumeOptions)
  }

  var volumeOptions: Volume.OpenOptions {
    Volume.OpenOptions(
      blockSize: wantedBlockSize, superblock: superblock.map { BlockNumber($0) })
  }

  /// The bytes from where the file system begins: in a partition, where the image is a whole disk, and that is said.
  private func source(
    in file: any ByteSource, at location: ImageLocation, _ disk: inout DiskState
  ) throws -> any ByteSource {
    // A backup superblock is asked for where the first one can't tell what this is.
    if partition == nil, superblock != nil { return file }
    let contents = ImageContents.examine(file, asDisk: partition != nil)
    if case .disk(let table) = contents { disk = table.state(onlyOf: partition) }
    guard let found = try contents.fileSystem(partition: partition, image: location.path) else {
      return file
    }
    if let failure = found.failure, superblock == nil {
      throw DiskError.unreadable(partition: found.partition.number, failure, image: location.path)
    }
    if partition == nil, case .disk = contents {
      disk.notes.append(.onlyPartition(found.partition.number, isCertain: disk.damage.isEmpty))
    }
    return found.partition.start == 0 ? file : try PartSource(of: file, from: found.partition.start)
  }
}

/// A number of bytes as people type it: `32256`, `63K`, `1M`, `2G`, `1T`.
struct ByteCountArgument: ExpressibleByArgument {
  let byteCount: UInt64

  init?(argument: String) {
    guard let value = UInt64(byteCount: argument) else { return nil }
    byteCount = value
  }
}
