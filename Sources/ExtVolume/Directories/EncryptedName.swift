import Basics
import FolioCore

/// A name in an encrypted directory, and how it is shown without the key.
package struct EncryptedName {
  /// The cipher text, which may hold any byte.
  package let cipherText: [UInt8]
  /// What a kernel without the key lists, and finds the entry by: letters, digits, `-` and `_`.
  package let shown: [UInt8]

  /// A cipher text is no shorter: `FSCRYPT_FNAME_MIN_MSG_LEN`.
  package static var leastByteCount: Int { 16 }
  /// So many bytes of a cipher text are shown, and a digest of the others.
  private static var shownByteCount: Int { 149 }

  /// Mirrors `fscrypt_fname_disk_to_usr()`.
  ///
  /// - Parameter hashes: of the name, where the directory is read by them; 0 elsewhere.
  package init(_ cipherText: [UInt8], hashes: NameHashes = NameHashes()) {
    self.cipherText = cipherText
    var bytes: [UInt8] = []
    for hash in [hashes.hash, hashes.minorHash] {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
    }
    bytes += cipherText.prefix(Self.shownByteCount)
    let rest = Array(cipherText.dropFirst(Self.shownByteCount))
    if !rest.isEmpty { bytes += SHA256.digest(of: rest) }
    shown = Self.base64URL(bytes)
  }

  /// base64url of RFC 4648, without padding.
  private static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var (bits, bitCount) = (0, 0)
    for byte in bytes {
      bits = bits << 8 & 0xFFFF | Int(byte)
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        text.append(digits[bits >> bitCount & 63])
      }
    }
    if bitCount > 0 { text.append(digits[bits << (6 - bitCount) & 63]) }
    return text
  }
}

/// The hash under which a hashed directory keeps a name, and the one that tells names of equal hashes apart.
package struct NameHashes: Equatable {
  package var hash: UInt32 = 0
  var minorHash: UInt32 = 0
}

/// The target of an encrypted symbolic link, as it stands on disk: a length and so many bytes of cipher text.
///
/// Mirrors `struct fscrypt_symlink_data` and what `fscrypt_get_symlink()` asks of it.
package struct EncryptedTarget {
  package let cipherText: [UInt8]

  /// Nil where it can't be a target.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return nil }
    let byteCount = Int(bytes.raw.littleEndian(at: 0, as: UInt16.self))
    guard byteCount >= EncryptedName.leastByteCount, byteCount <= bytes.count - 2 else { return nil }
    cipherText = Array(bytes[2..<2 + byteCount])
  }
}

/// How the names of an encrypted directory are shown: with which hashes.
package struct EncryptedNames {
  private enum Hashes {
    /// The kernel reads the directory block by block.
    case none
    /// It reads it in the order of hashes of this kind.
    case computed(version: UInt8)
    /// They stand after each name.
    case stored
  }

  private let volume: Volume
  private let directory: Inode
  private let hashes: Hashes

  /// Finds out how a kernel reads `directory`.
  ///
  /// Mirrors `is_dx_dir()` and `ext4_htree_fill_tree()`. A hashed directory whose root is damaged is read as any other.
  package init(_ directory: Inode, on volume: Volume) {
    self.volume = volume
    self.directory = directory
    let superblock = volume.superblock
    if directory.isCasefolded {
      hashes = .stored
    } else if !superblock.hasHashedDirectories {
      hashes = .none
    } else if directory.isHashed {
      hashes = volume.rootHashVersion(of: directory).map { .computed(version: $0) } ?? .none
    } else if directory.hasInlineData
      || superblock.blockSize.wholeBlocks(in: directory.attributes.byteCount) == 1
    {
      hashes = .computed(version: volume.defaultHashVersion)
    } else {
      hashes = .none
    }
  }

  /// The name of a record.
  ///
  /// - Parameter rest: what follows the name in its record.
  package func name(_ cipherText: RawSpan, rest: RawSpan) -> EncryptedName {
    EncryptedName([UInt8](copying: cipherText), hashes: hashes(of: cipherText, rest: rest))
  }

  private func hashes(of name: RawSpan, rest: RawSpan) -> NameHashes {
    switch hashes {
    case .none: return NameHashes()
    case .computed(let version):
      return volume.hashes(of: name, version: version, in: directory) ?? NameHashes()
    case .stored:
      // After the name, from the next multiple of four on; records begin at one.
      let start = (4 - (Record.headerByteCount + name.byteCount) % 4) % 4
      guard rest.byteCount >= start + 8 else { return NameHashes() }
      return NameHashes(
        hash: rest.littleEndian(at: start), minorHash: rest.littleEndian(at: start + 4))
    }
  }
}

extension Volume {
  /// The kind of hash that the root of a hashed directory says; nil where the root is damaged.
  fileprivate func rootHashVersion(of directory: Inode) -> UInt8? {
    guard let physical = BlockMapReader.read(directory, on: self).physical(of: 0) else { return nil }
    do throws(VolumeError) {
      let bytes = try readBlock(physical)
      let (node, damage) = hashNode(bytes.raw, isRoot: true)
      return damage.isEmpty ? node?.root?.version : nil
    } catch {
      // Whoever reads the block says so.
      return nil
    }
  }
}
