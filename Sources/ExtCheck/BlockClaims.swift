import Basics
import ExtVolume
import FolioCore

/// Who says that which blocks are his: directories, and the file system itself.
struct BlockClaims {
  struct Claim {
    /// Physical blocks.
    let blocks: Range<BlockNumber>
    /// The directory's inode; 0 for the file system.
    let owner: InodeNumber
  }

  private var claims: [Claim] = []

  mutating func add(_ blocks: Range<BlockNumber>, owner: InodeNumber) {
    claims.append(Claim(blocks: blocks, owner: owner))
  }

  /// Claims on the same blocks: the blocks, and both owners, the file system first.
  ///
  /// Blocks that several share turn up once for each owner after the first. What one owner claims twice is not told.
  ///
  /// - Complexity: n log n in the number of claims.
  mutating func conflicts() -> [(blocks: Range<BlockNumber>, owners: (InodeNumber, InodeNumber))] {
    claims.sort { ($0.blocks.lowerBound, $0.owner) < ($1.blocks.lowerBound, $1.owner) }
    var found: [(blocks: Range<BlockNumber>, owners: (InodeNumber, InodeNumber))] = []
    // Of the claims so far, the one that reaches furthest.
    var furthest: Claim?
    for claim in claims {
      if let last = furthest, claim.blocks.lowerBound < last.blocks.upperBound, claim.owner != last.owner {
        let shared = claim.blocks.clamped(to: last.blocks)
        found.append((shared, (min(last.owner, claim.owner), max(last.owner, claim.owner))))
      }
      if claim.blocks.upperBound > furthest?.blocks.upperBound ?? 0 { furthest = claim }
    }
    return found
  }
}
