import Testing

@testable import TestSupport

/// Listings against what the kernel that wrote the images said of them.
@Suite struct ManifestTests {
  @Test(arguments: Fixture.all)
  func jsonListingIsTheKernels(_ fixture: Fixture) async throws {
    let manifest = try fixture.manifest()
    let (entries, finished) = try await ListedEntry.list(["-lR", fixture.image])
    #expect(finished.status == 0)
    #expect(entries.count == manifest.count)
    for entry in entries {
      let expected = try #require(manifest[entry.wholePath], "\(entry.path) is listed and isn't there")
      let listed = ManifestLine(
        inode: entry.inode, type: entry.type, mode: entry.mode ?? "", links: entry.links ?? -1,
        uid: entry.uid ?? -1,
        gid: entry.gid ?? -1, size: entry.size ?? -1, mtime: entry.mtime ?? -1,
        mtimeNanoseconds: entry.mtimeNanoseconds ?? -1, path: entry.wholePath, target: entry.wholeTarget,
        device: [entry.deviceMajor ?? 0, entry.deviceMinor ?? 0])
      #expect(listed == expected)
    }
  }

  @Test(arguments: Fixture.all)
  func textListingIsTheKernels(_ fixture: Fixture) async throws {
    let manifest = try fixture.manifest()
    // Links' targets stand after the paths, and both may hold any byte: -0 keeps the lines apart.
    let finished = try await Command.ext2walk(["ls", "-lRAi0", fixture.image])
    #expect(finished.status == 0)
    let lines = finished.output.split(separator: 0)
    #expect(lines.count == manifest.count)
    let expected = Dictionary(uniqueKeysWithValues: manifest.values.map { (line(for: $0), $0.path) })
    var seen: Set<[UInt8]> = []
    for line in lines {
      // Columns are padded for their directory, and paths may hold any number of blanks.
      let slash = try #require(line.firstIndex(of: UInt8(ascii: "/")))
      let columns = line[..<slash].split(separator: UInt8(ascii: " ")).joined(separator: [UInt8(ascii: " ")])
      let path = expected[Array(columns) + [UInt8(ascii: " ")] + line[slash...]]
      #expect(path != nil, "\(String(decoding: line, as: UTF8.self)) is not what the kernel says")
      if let path { seen.insert(path) }
    }
    #expect(seen.count == manifest.count)
  }

  @Test(arguments: Fixture.withDeletions)
  func nothingDeletedIsListed(_ fixture: Fixture) async throws {
    // Some were made again.
    let deleted = try fixture.deletedPaths().subtracting(fixture.manifest().keys)
    try #require(!deleted.isEmpty)
    let (entries, _) = try await ListedEntry.list(["-R", fixture.image])
    let listed = Set(entries.map(\.wholePath))
    #expect(listed.isDisjoint(with: deleted))
  }

  @Test func severalFixturesSayWhatWasDeleted() {
    #expect(Fixture.withDeletions.count == 14)
  }

  /// The line of `ls -li --full-path` for a path, with one blank between columns.
  private func line(for entry: ManifestLine) -> [UInt8] {
    let isDevice = ["character", "block"].contains(entry.type)
    let size = isDevice ? "\(entry.device[0]), \(entry.device[1])" : "\(entry.size)"
    let columns =
      "\(entry.inode) \(modeLetters(entry)) \(entry.links) \(entry.uid) \(entry.gid) \(size) \(utcMinute(entry.mtime)) "
    return Array(columns.utf8) + entry.path
      + (entry.type == "symlink" ? Array(" -> ".utf8) + entry.target : [])
  }

  private func modeLetters(_ line: ManifestLine) -> String {
    let letter = [
      "regular": "-", "directory": "d", "symlink": "l", "fifo": "p", "socket": "s", "character": "c",
      "block": "b",
    ]
    let bits = Int(line.mode, radix: 8) ?? 0
    var text = Array("rwxrwxrwx")
    for index in 0..<9 where bits & (0o400 >> index) == 0 { text[index] = "-" }
    if bits & 0o4000 != 0 { text[2] = text[2] == "x" ? "s" : "S" }
    if bits & 0o2000 != 0 { text[5] = text[5] == "x" ? "s" : "S" }
    if bits & 0o1000 != 0 { text[8] = text[8] == "x" ? "t" : "T" }
    return (letter[line.type] ?? "?") + String(text)
  }

  /// `YYYY-MM-DD HH:MM` by days-to-civil arithmetic, not by the C library the tool uses.
  private func utcMinute(_ seconds: Int) -> String {
    let days = Int((Double(seconds) / 86400).rounded(.down))
    let minute = (seconds - days * 86400) / 60
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year)-\(two(month))-\(two(day)) \(two(minute / 60)):\(two(minute % 60))"
  }
}
