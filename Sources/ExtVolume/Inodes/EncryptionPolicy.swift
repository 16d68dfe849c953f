import Basics
import FolioCore

/// By which key, and how, an inode is encrypted, as its encryption context says.
///
/// Mirrors `fscrypt_policy_from_context()`: what remains of a context without its nonce.
package enum EncryptionPolicy: Equatable {
  /// There is no context.
  case missing
  /// The context has no version, or another length than its version has.
  case damaged
  /// Of a version that no kernel knows.
  case unknown
  case policy([UInt8])

  private static var nonceByteCount: Int { 16 }

  package init(context: [UInt8]) {
    switch (context.first, context.count) {
    case (nil, _), (0, _): self = .damaged
    case (1, 28), (2, 40): self = .policy(context.dropLast(Self.nonceByteCount))
    case (1, _), (2, _): self = .damaged
    default: self = .unknown
    }
  }

  /// The policy among the attributes that `bytes` hold; `missing` where there is none.
  package init(in attributes: ExtendedAttributes, _ bytes: RawSpan) {
    guard let found = attributes.all.first(where: { $0.isNamed(9, "c") }) else {
      self = .missing
      return
    }
    self =
      found.valueBytes.map { EncryptionPolicy(context: [UInt8](copying: bytes.extracting($0))) } ?? .damaged
  }
}
