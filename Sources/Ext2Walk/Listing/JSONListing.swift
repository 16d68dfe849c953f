import Basics
import ExtVolume
import FolioCore
import TextOutput

/// Writes entries as JSON objects, one a line, by themselves (`ndjson`) or in an array (`json`).
///
/// The fields are documented in README.md and don't change their names, types or units.
struct JSONListing {
  /// Whether objects are the elements of an array. Each begins with a comma then: ``ListingOutput`` knows the first.
  let isArray: Bool
  /// Whether objects hold what the inode says.
  let isLong: Bool

  private var directory = JSONText()
  /// Whether names are whole paths.
  private var hasPaths = false
  private var block = BlockText()

  init(isArray: Bool, isLong: Bool) {
    self.isArray = isArray
    self.isLong = isLong
  }

  /// Says under which path the names that follow stand; nil where they are whole paths.
  mutating func begin(directory path: [UInt8]?) {
    directory = JSONText(path.map { $0 + [UInt8(ascii: "/")] } ?? [])
    hasPaths = path == nil
  }

  /// - Parameter cipherText: of a name in an encrypted directory.
  mutating func append(
    _ entry: Entry, name: RawSpan, cipherText: [UInt8]?, details: InodeDetails?, to output: inout ByteBuffer
  ) {
    var name = name
    if hasPaths {
      // "/" is its own last component.
      let start = name.byteCount > 1 ? (name.lastSlash ?? -1) + 1 : 0
      directory = JSONText([UInt8](copying: name.extracting(first: start)))
      name = name.extracting(droppingFirst: start)
    }
    if name.isPlainJSON {
      append(entry, name, as: name, isUTF8: true, cipherText, details, to: &output)
    } else {
      let text = JSONText([UInt8](copying: name))
      append(entry, name, as: text.escaped.raw, isUTF8: text.isUTF8, cipherText, details, to: &output)
    }
  }

  /// Appends an object in pieces as large as they can be: there is one for each entry of every directory.
  private mutating func append(
    _ entry: Entry, _ name: RawSpan, as escaped: RawSpan, isUTF8: Bool, _ cipherText: [UInt8]?,
    _ details: InodeDetails?, to output: inout ByteBuffer
  ) {
    if !block.isFor(entry.place) { block = BlockText(entry.place) }
    if isArray { output.append(",\n") }
    output.append("{\"path\":\"")
    output.append(directory.escaped.raw, escaped, UInt8(ascii: "\""))
    if !isUTF8 || !directory.isUTF8 {
      JSONObject.addHexadecimal("path", directory.bytes.raw, name, to: &output)
    }
    output.append(",\"name\":\"")
    output.append(escaped)
    output.append(UInt8(ascii: "\""))
    if !isUTF8 { JSONObject.addHexadecimal("name", name, to: &output) }
    if let cipherText { JSONObject.addHexadecimal("encryptedName", cipherText.raw, to: &output) }
    output.append(",\"inode\":")
    output.append(entry.inode)
    output.append(block.beforeType)
    output.append(details.type(of: entry).word)
    output.append(block.afterType)
    output.append(entry.offset)
    output.append(",\"recordLength\":")
    output.append(entry.recordLength)
    if entry.isSalvaged { output.append(",\"salvaged\":true") }
    output.append(",\"crossesPage\":")
    output.append(entry.crossesPage ? "true" : "false")
    if isLong { add(details, of: entry, to: &output) }
    output.append(isArray ? "}" : "}\n")
  }

  /// The members that are the same for all entries of a block.
  private struct BlockText {
    private var directory: InodeNumber?
    private var block: BlockPlace?
    private(set) var beforeType: [UInt8]
    private(set) var afterType: [UInt8]

    init(_ place: EntryPlace = EntryPlace()) {
      (directory, block) = (place.directory, place.block)
      func text(_ number: (some Ordinal)?) -> String { number.map { "\($0)" } ?? "null" }
      beforeType = Array(",\"directory\":\(text(directory)),\"type\":\"".utf8)
      let (logical, physical) = (text(block?.logical), text(block?.physical))
      afterType = Array(
        "\",\"logicalBlock\":\(logical),\"physicalBlock\":\(physical),\"offset\":".utf8)
    }

    @inline(__always)
    func isFor(_ place: EntryPlace) -> Bool { directory == place.directory && block == place.block }
  }

  /// What the inode says; all null where it can't be read.
  private func add(_ details: InodeDetails?, of entry: Entry, to output: inout ByteBuffer) {
    let attributes = details?.attributes
    var object = JSONObject(hasMembers: true)
    object.add("mode", attributes.map { String($0.mode & 0o7777, radix: 8, width: 4) }, to: &output)
    object.add("links", attributes?.links, to: &output)
    object.add("uid", attributes?.uid, to: &output)
    object.add("gid", attributes?.gid, to: &output)
    object.add("size", attributes?.byteCount, to: &output)
    object.add("blocks512", attributes?.blocks512, to: &output)
    object.add("atime", nanoseconds: "atimeNanoseconds", attributes?.accessed, to: &output)
    object.add("mtime", nanoseconds: "mtimeNanoseconds", attributes?.modified, to: &output)
    object.add("ctime", nanoseconds: "ctimeNanoseconds", attributes?.changed, to: &output)
    object.add("crtime", nanoseconds: "crtimeNanoseconds", attributes?.created, to: &output)
    if let target = details?.target {
      object.add("target", bytes: target.raw, to: &output)
    } else if details.type(of: entry) == .symlink {
      object.add("target", nil as String?, to: &output)
    }
    if let device = attributes?.device {
      object.add("deviceMajor", device.major, to: &output)
      object.add("deviceMinor", device.minor, to: &output)
    }
  }

}

extension JSONObject {
  fileprivate mutating func add(
    _ key: StaticString, nanoseconds: StaticString, _ time: Timestamp?, to output: inout ByteBuffer
  ) {
    add(key, time?.seconds, to: &output)
    add(nanoseconds, time?.nanoseconds, to: &output)
  }
}
