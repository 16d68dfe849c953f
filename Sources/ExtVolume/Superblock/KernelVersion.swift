/// A version of Linux: `6.19`, `2.6.28`.
package struct KernelVersion: Comparable, CustomStringConvertible {
  package let major: Int
  package let minor: Int
  /// The third number; 0 where there is none.
  let patch: Int

  package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads what `uname -r` says: digits and dots, and anything after them. Nil where it doesn't begin like that.
  package init?(release: String) {
    let numbers = release.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".").map {
      Int($0)
    }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    self.init(major, minor, numbers.count > 2 ? numbers[2] ?? 0 : 0)
  }

  package var description: String { "\(major).\(minor)" + (patch > 0 ? ".\(patch)" : "") }

  package static func < (a: Self, b: Self) -> Bool {
    (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
  }
}
