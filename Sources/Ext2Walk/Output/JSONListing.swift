import FolioCore

/// Writes entries as JSON objects, one a line, by themselves (`ndjson`) or in an array (`json`).
///
/// The fields are documented in README.md and don't change their names, types or units.
struct JSONListing {
  /// Whether objects are the elements of an array. Each begins with a comma then: ``ListingOutput`` knows the first.
  let isArray: Bool
  /// Whether objects hold what the inode says.
  let isLong: Bool

  private var directory = JSONText()

  init(isArray: Bool, isLong: Bool) {
    self.isArray = isArray
    self.isLong = isLong
  }

  /// Says under which path the names that follow stand; nil where they are whole paths.
  mutating func begin(directory path: [UInt8]?) {
    directory = JSONText(path.map { $0 + [UInt8(ascii: "/")] } ?? [])
  }

  mutating func append(_ entry: Entry, name: RawSpan, details: Details?, to output: inout OutputBuffer) {
    if isArray { output.append(",\n") }
    var object = JSONObject()
    let type = details.type(of: entry)
    object.add("path", directory, name, to: &output)
    if directory.isEmpty, let slash = name.lastSlash {
      // A whole path: "/" is its own last component.
      let rest = name.byteCount > 1 ? slash + 1 : 0
      object.add("name", bytes: name.extracting(rest..<name.byteCount), to: &output)
    } else {
      object.add("name", bytes: name, to: &output)
    }
    object.add("inode", entry.inode, to: &output)
    object.add("directory", entry.directory, to: &output)
    object.add("type", type.word, to: &output)
    object.add("logicalBlock", entry.block?.logical, to: &output)
    object.add("physicalBlock", entry.block?.physical, to: &output)
    object.add("offset", entry.offset, to: &output)
    object.add("recordLength", entry.recordLength, to: &output)
    if entry.isSalvaged { object.add("salvaged", true, to: &output) }
    object.add("crossesPage", entry.crossesPage, to: &output)
    if isLong { add(details?.attributes, details?.target, to: &object, &output) }
    object.end(&output)
    if !isArray { output.append(UInt8(ascii: "\n")) }
  }

  /// What the inode says; all null where it can't be read.
  private func add(
    _ attributes: InodeAttributes?, _ target: [UInt8]?, to object: inout JSONObject,
    _ output: inout OutputBuffer
  ) {
    object.add("mode", attributes.map { Self.octal($0.mode & 0o7777) }, to: &output)
    object.add("links", attributes?.links, to: &output)
    object.add("uid", attributes?.uid, to: &output)
    object.add("gid", attributes?.gid, to: &output)
    object.add("size", attributes?.byteCount, to: &output)
    object.add("blocks512", attributes?.blocks512, to: &output)
    object.add("atime", nanoseconds: "atimeNanoseconds", attributes?.accessed, to: &output)
    object.add("mtime", nanoseconds: "mtimeNanoseconds", attributes?.modified, to: &output)
    object.add("ctime", nanoseconds: "ctimeNanoseconds", attributes?.changed, to: &output)
    object.add("crtime", nanoseconds: "crtimeNanoseconds", attributes?.created, to: &output)
    if let target { object.add("target", bytes: target.raw, to: &output) }
    if let device = attributes?.device {
      object.add("deviceMajor", device.major, to: &output)
      object.add("deviceMinor", device.minor, to: &output)
    }
  }

  private static func octal(_ value: UInt16) -> String {
    let digits = String(value, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
