import FolioCore

/// Writes entries as JSON objects, one a line, by themselves (`ndjson`) or in an array (`json`).
///
/// The fields are documented in README.md and don't change their names, types or units.
struct JSONListing {
  private var row: JSONArray
  /// Whether objects hold what the inode says.
  let isLong: Bool

  init(isArray: Bool, isLong: Bool) {
    row = JSONArray(isLines: !isArray)
    self.isLong = isLong
  }

  mutating func append(
    _ entry: Entry, name: RawSpan, directory: [UInt8]?, details: Details, to output: inout OutputBuffer
  ) {
    row.next(&output)
    var object = JSONObject()
    let type = details.type(of: entry)
    let nameBytes = [UInt8](copying: name)
    if let directory {
      object.add("path", bytes: directory + [UInt8(ascii: "/")] + nameBytes, to: &output)
      object.add("name", bytes: nameBytes, to: &output)
    } else {
      let last = nameBytes.split(separator: UInt8(ascii: "/")).last.map(Array.init)
      object.add("path", bytes: nameBytes, to: &output)
      object.add("name", bytes: last ?? nameBytes, to: &output)
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
    if isLong { add(details, to: &object, &output) }
    object.end(&output)
  }

  /// Writes what stands behind the last object.
  func end(_ output: inout OutputBuffer) {
    row.end(&output)
  }

  /// What the inode says; all null where it can't be read.
  private func add(_ details: Details, to object: inout JSONObject, _ output: inout OutputBuffer) {
    let attributes = details.attributes
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
    if let target = details.target { object.add("target", bytes: target, to: &output) }
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
