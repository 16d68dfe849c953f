import Foundation
import Testing

/// What `info --format json` says of an image, read by Foundation's parser.
struct ImageFacts: Decodable {
  struct Partition: Decodable, Equatable {
    let number, start, size: Int
    let type, name, holds: String
    let isExt: Bool
  }

  struct Backup: Decodable {
    let superblock, blockSize: Int
    let command: String
    let hasRoot: Bool
  }

  struct Kernel: Decodable {
    let kernel, driver, mounts: String
    let running: String?
    let largeBlocks: Bool
    let pageSize: Int
    let reasons: [String]
  }

  let partitionTable: String?
  let sectorSize: Int?
  let partitions: [Partition]
  let problems: [String]
  let partitionsByBackup: [Int]
  let backups: [Backup]
  let offset, imageSize: Int?
  let type, label, uuid: String?
  let featuresCompat, featuresIncompat, featuresRoCompat: [String]?
  let blockSize, clusterSize, pagesPerBlock, blocks, freeBlocks, reservedBlocks: Int?
  let inodes, freeInodes, inodeSize, revision, mountCount, errorCount: Int?
  let clean, hasErrors, needsRecovery, checksumIsRight: Bool?
  let journal, lastMountedOn, checksum, refusal, advice: String?
  let journalInode, created, lastMounted, lastWritten, lastChecked: Int?
  let kernels: [Kernel]?

  var features: [String] { (featuresCompat ?? []) + (featuresIncompat ?? []) + (featuresRoCompat ?? []) }

  static func of(_ image: String, _ arguments: [String] = []) async throws -> (ImageFacts, Finished) {
    let finished = try await Command.ext2walk(["info", "--format", "json"] + arguments + [image])
    try #require(!finished.output.isEmpty, "\(finished.messages)")
    return (try JSONDecoder().decode(ImageFacts.self, from: Data(finished.output)), finished)
  }
}
