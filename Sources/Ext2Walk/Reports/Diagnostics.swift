import ExtVolume
import TextOutput

/// What a command prints on stderr about images, and the exit status that comes of them: the one place that keeps both.
///
/// Every line begins with the program and the image. Names in messages are always escaped.
final class Diagnostics {
  /// What a command ends with, where nothing else does: the documented exit statuses.
  enum Status: Int32, Comparable {
    case success = 0
    /// Something is damaged, or was left out.
    case damage = 1
    /// The job could not be done.
    case failure = 2

    static func < (one: Status, other: Status) -> Bool { one.rawValue < other.rawValue }
  }

  private var image: String
  /// Takes a line.
  private let write: (String) -> Void
  /// The worst of all so far.
  private(set) var status = Status.success

  init(image: [UInt8], to write: @escaping (String) -> Void = StandardError.write) {
    self.image = Escaping.text(image)
    self.write = write
  }

  /// What follows is about another image; the exit status is that of all.
  func begin(_ image: [UInt8]) { self.image = Escaping.text(image) }

  /// Prints something that is good to know.
  func note(_ text: String) {
    write("ext2walk: \(image): \(text)\n")
  }

  /// Prints that something is damaged or left out.
  func damage(_ text: String) {
    note(text)
    raise(to: .damage)
  }

  /// Prints that something could not be done.
  func failure(_ text: String) {
    note(text)
    raise(to: .failure)
  }

  /// Makes the exit status this one, unless it is a worse one already.
  func raise(to status: Status) { self.status = max(self.status, status) }
}
