import Foundation

/// What `verify --format json` says of one image, read by Foundation's parser.
struct ReportedImage: Decodable {
  struct Finding: Decodable {
    let rule, severity, sentence, found: String
    let path: String?
    let inode, logicalBlock, physicalBlock, offset: Int?
    let kernelWording: String?
  }

  let image: String
  let imageBytes: String?
  let findings: [Finding]
  let problems: [String]
  let examined: Bool
  let reason: String?
  let errors, portability, directories, blocks, records, entries, crossingRecords: Int?
  let waysCompared, blocksComparedByWays, blocksComparedByLibext2fs, milliseconds: Int?

  static func parse(_ output: [UInt8]) throws -> [ReportedImage] {
    try JSONDecoder().decode([ReportedImage].self, from: Data(output))
  }
}
