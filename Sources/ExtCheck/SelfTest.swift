package import ExtVolume
package import FolioCore
import SystemPackage

/// A file system made on the spot whose records cross every page boundary of its directory blocks in every way that
/// a record can.
///
/// libext2fs makes it, with nothing of ours but the names: their lengths put each record where it has to be. Directory
/// `phase-K` has records that begin K bytes before each boundary, with names of 255 bytes. K goes from 4, where the
/// boundary splits the header, to 260, where all but the last of the name lies before it.
package struct SelfTest: ~Copyable {
  let blockSize: BlockSize
  let pageSize: PageSize
  /// How many records cross a page, as they were made.
  package let crossingRecords: Int
  private let file: TemporaryFile

  static let phases = Array(stride(from: 4, through: 260, by: 4))
  private static var longestName: Int { 255 }
  private static var dotsByteCount: Int { 24 }

  /// - Parameter directory: where a temporary file can be made, of 64 MiB and sparse.
  package init(blockSize: BlockSize, pageSize: PageSize = .host, in directory: String) throws(SelfTestError) {
    let file = try TemporaryFile(in: directory, byteCount: Self.blockCount * blockSize.byteCount)
    let crossing: Int
    do throws(VolumeError) {
      crossing = try Self.fill(file.location.filePath, blockSize: blockSize, pageSize: pageSize)
    } catch {
      throw .fileSystem(error)
    }
    self.blockSize = blockSize
    self.pageSize = pageSize
    crossingRecords = crossing
    self.file = file
  }

  /// Where the file system is, as long as this value is there.
  package var location: ImageLocation { file.location }

  private static var blockCount: Int { 1024 }

  /// Returns how many records cross a page.
  private static func fill(_ path: FilePath, blockSize: BlockSize, pageSize: PageSize) throws(VolumeError)
    -> Int
  {
    let layouts = phases.map { nameLengths(phase: $0, blockSize: blockSize, pageSize: pageSize) }
    let nameCount = layouts.reduce(0) { $0 + $1.count }
    let system = try FreshFileSystem(
      at: path, blockSize: blockSize, blockCount: UInt32(blockCount),
      inodeCount: UInt32(phases.count + 64))
    let file = try system.makeFile(links: UInt16(nameCount))
    for (phase, lengths) in zip(phases, layouts) {
      let directory = try system.makeDirectory("phase-\(phase)", in: .root)
      for (index, length) in lengths.enumerated() {
        try system.link(name(index, length: length), to: file, in: directory)
      }
    }
    try system.close()
    return phases.count * max(0, blockSize.byteCount / pageSize.byteCount - 1)
  }

  /// The lengths of the names of a directory, in the order of their records.
  static func nameLengths(phase: Int, blockSize: BlockSize, pageSize: PageSize) -> [Int] {
    let longest = RecordLength.least(nameLength: longestName)
    var lengths: [Int] = []
    var offset = dotsByteCount
    for boundary in stride(from: pageSize.byteCount, to: blockSize.byteCount, by: pageSize.byteCount) {
      while offset < boundary - phase {
        let left = boundary - phase - offset
        // What is left after it must be nothing, or have room for a record.
        let length = left == longest || left >= longest + 16 ? longest : left <= longest ? left : left - 16
        lengths.append(length == longest ? longestName : length - Record.headerByteCount)
        offset += length
      }
      lengths.append(longestName)
      offset += longest
    }
    while offset + longest <= blockSize.byteCount {
      lengths.append(longestName)
      offset += longest
    }
    return lengths
  }

  /// A name of `length` bytes, 4 at least, that begins with its number.
  private static func name(_ index: Int, length: Int) -> String {
    let number = String(index, radix: 36)
    let digits = String(repeating: "0", count: 4 - number.utf8.count) + number
    return digits + String(repeating: "n", count: length - 4)
  }
}
