import Basics
import ExtVolume

/// What a file or partition is that is no ext file system, told by the bytes that its kind begins with. Its kind is
/// what leads from it to a file system; what is there for one format alone says so in its row of ``Magic``.
package struct KnownFormat: Equatable {
  package enum Kind: Equatable {
    /// Packed by this program.
    case compressed(by: String)
    /// Files packed together; this lists them.
    case archive(listedBy: String)
    /// A virtual machine's disk, of the format that `qemu-img` calls this.
    case virtualDisk(format: String)
    case sparseAndroid
    /// A whole disk in pieces; this program shows it as a file of this name.
    case forensic(mount: String, file: String)
    /// Android's logical partitions, in one.
    case dynamicPartitions
    case encrypted
    case volumeManager
    case raidMember
    case otherFileSystem
    /// The metadata of a file system without its directories.
    case metadataOnly
    /// A device that bcache keeps the newest of another's data for; those usually begin at this byte.
    case cached(dataAt: UInt64)
    /// Something of its own kind; which programs read it, where `IMAGE` is the file's name.
    case other(_ readers: String)
    case swap
    case text
    case nothing
  }

  /// As people say it: "a gzip file", "an XFS file system".
  package let name: String
  package let kind: Kind

  /// Whether it is told by what isn't there: bytes that nobody could read may say otherwise.
  var isByAbsence: Bool { kind == .text || kind == .nothing }

  /// What begins at the start of `range`, which is in bytes; nil where nobody knows.
  ///
  /// - Parameter failure: keeps the first refusal of the system: where something could be that nobody saw.
  static func identify(
    _ file: any ByteSource, in range: Range<BytePosition>, _ failure: inout DeviceReadError?
  ) -> KnownFormat? {
    for mark in Magic.all {
      guard mark.offset <= range.upperBound.inPart(from: range.lowerBound),
        let bytes = file.probe(mark.bytes.count, at: mark.offset.inWhole(from: range.lowerBound), &failure)
      else { continue }
      if bytes == mark.bytes { return mark.format }
    }
    return raidMember(file, in: range, &failure) ?? endedVirtualDisk(file, in: range, &failure)
      ?? plain(file, in: range, &failure)
  }

  /// md's superblocks of version 0.90 and 1.0 stand near the end, so that a file system may begin at the start.
  private static func raidMember(
    _ file: any ByteSource, in range: Range<BytePosition>, _ failure: inout DeviceReadError?
  ) -> KnownFormat? {
    let count = range.upperBound - range.lowerBound
    guard count >= 1 << 17 else { return nil }
    for position in [(count & ~0xFFFF) - 0x10000, (count & ~0xFFF) - 0x2000] {
      if file.probe(4, at: range.lowerBound + position, &failure) == Magic.raidMagic {
        return Magic.raidMember
      }
    }
    return nil
  }

  /// Virtual disks that say what they are in their last sector, and may begin with the disk itself.
  private static func endedVirtualDisk(
    _ file: any ByteSource, in range: Range<BytePosition>, _ failure: inout DeviceReadError?
  ) -> KnownFormat? {
    guard range.upperBound - range.lowerBound >= 1024,
      let bytes = file.probe(8, at: range.upperBound.advanced(by: -512), &failure)
    else { return nil }
    if bytes == Array("conectix".utf8) {
      return KnownFormat(name: "a virtual disk (VHD)", kind: .virtualDisk(format: "vpc"))
    }
    if bytes.starts(with: "koly".utf8) {
      return KnownFormat(name: "an Apple disk image (dmg)", kind: .virtualDisk(format: "dmg"))
    }
    return nil
  }

  /// Text, or nothing at all.
  private static func plain(
    _ file: any ByteSource, in range: Range<BytePosition>, _ failure: inout DeviceReadError?
  ) -> KnownFormat? {
    let count = Int(min(4096, range.upperBound - range.lowerBound))
    guard count > 0, let bytes = file.probe(count, at: range.lowerBound, &failure) else { return nil }
    if bytes.allSatisfy({ $0 == 0 }) {
      return KnownFormat(name: "nothing but zeroes in its first \(count) bytes", kind: .nothing)
    }
    // Its last character may be cut.
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.dropLast()
    let isText = text.allSatisfy {
      $0 != "\u{FFFD}" && ($0.value >= 0x20 || [0x09, 0x0A, 0x0D].contains($0.value)) && $0.value != 0x7F
    }
    return isText && !text.isEmpty ? KnownFormat(name: "a text file", kind: .text) : nil
  }
}
