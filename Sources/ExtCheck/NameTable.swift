import Basics
import ExtVolume
import FolioCore

/// Tells whether a directory has a name already, at eight bytes a name.
///
/// It keeps hashes, seeded anew for each process so that nobody can make names that stand side by side. A name that is called
/// known is so but for one chance in 2^64 or so; where names are folded, somebody can make names that are not the same and have
/// one hash. Whoever wants to be sure compares the names themselves.
struct NameTable {
  /// 0 stands for an empty place. A power of two, at most three quarters of them taken.
  private var hashes = [UInt64](repeating: 0, count: Self.leastCapacity)
  private var count = 0
  private static var leastCapacity: Int { 256 }

  /// The hash of a name, the same for two that are the same in `directory`; never 0.
  static func hash(_ name: RawSpan, in directory: Inode?, on volume: Volume) -> UInt64 {
    guard let directory, let folded = volume.foldedHash(of: name, in: directory) else { return hash(name) }
    // Its seed is the image's: names can be chosen that it puts side by side.
    let bytes = [folded.littleEndian] as InlineArray<1, UInt64>
    return unsafe hash(bytes.span.bytes)
  }

  /// The hash of a name; never 0.
  static func hash(_ name: RawSpan) -> UInt64 {
    var hash = QuickHash()
    hash.add(name)
    return hash.value == 0 ? 1 : hash.value
  }

  /// Adds the hash of a name. Returns whether it is new.
  mutating func insert(_ hash: UInt64) -> Bool {
    if count >= hashes.count / 4 * 3 { grow() }
    let place = place(of: hash)
    if hashes[place] == hash { return false }
    hashes[place] = hash
    count += 1
    return true
  }

  /// Makes room for `count` names, in an empty table.
  mutating func reserve(_ count: Int) {
    var capacity = hashes.count
    while capacity / 4 * 3 < count { capacity *= 2 }
    if capacity > hashes.count { hashes = Array(repeating: 0, count: capacity) }
  }

  /// Forgets all names.
  mutating func removeAll() {
    if hashes.count > 16 * Self.leastCapacity {
      hashes = Array(repeating: 0, count: Self.leastCapacity)
    } else if count > 0 {
      unsafe hashes.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
    }
    count = 0
  }

  private func place(of hash: UInt64) -> Int {
    let mask = UInt64(hashes.count - 1)
    var place = hash & mask
    while hashes[Int(place)] != 0, hashes[Int(place)] != hash { place = (place + 1) & mask }
    return Int(place)
  }

  private mutating func grow() {
    let old = hashes
    hashes = Array(repeating: 0, count: 2 * old.count)
    for hash in old where hash != 0 { hashes[place(of: hash)] = hash }
  }
}

/// Finds the entries whose names stand in their directory already.
struct RepeatedNames {
  private let volume: Volume
  private let directory: Inode?
  private let suspects: Set<UInt64>
  /// All names so far, and by their hashes those that are no other's.
  private var names: Set<[UInt8]> = []
  private var seen: [UInt64: [[UInt8]]] = [:]
  /// Names of one hash that are compared, at most: whoever makes more of them does it to keep us busy.
  private static var mostOfOneHash: Int { 64 }
  /// Entries, with the names of others that they have, too.
  private(set) var found: [(entry: Entry, name: [UInt8], other: [UInt8])] = []

  /// - Parameter suspects: hashes of names that are there twice.
  init(in directory: Inode?, on volume: Volume, suspects: Set<UInt64>) {
    self.volume = volume
    self.directory = directory
    self.suspects = suspects
  }

  /// Takes the entries of the directory that `reader` has begun.
  mutating func take(from reader: inout DirectoryReader, inodes: inout InodeTable) {
    while let step = reader.next(inodes: &inodes) {
      guard case .entries(var entries) = consume step else { continue }
      while let record = entries.next() {
        let entry = Entry(record: record, place: entries.place)
        if let name = entries.encryptedName {
          take(entry, name.cipherText.raw, shown: name.shown)
        } else {
          let name = entries.name(of: record)
          take(entry, name, shown: [UInt8](copying: name))
        }
      }
    }
  }

  private mutating func take(_ entry: Entry, _ name: RawSpan, shown: [UInt8]) {
    guard !DotName.matches(name) else { return }
    let hash = NameTable.hash(name, in: directory, on: volume)
    guard suspects.contains(hash) else { return }
    let bytes = [UInt8](copying: name)
    if !names.insert(bytes).inserted { return found.append((entry, shown, shown)) }
    let others = seen[hash, default: []]
    if let directory, let other = others.first(where: { volume.isSame($0.raw, name, in: directory) }) {
      found.append((entry, shown, other))
    } else if others.count < Self.mostOfOneHash {
      seen[hash, default: []].append(bytes)
    }
  }
}
