/// An image that is walked: what `make-image` is told to make. Sparse, outside the repository.
struct Image {
  let name: String
  let blockSize: Int
  /// As many directories in the root, in each of them as many again, and in those as many files. Without directories
  /// the files stand in one, "wide".
  let outer, inner, files: Int
  var feature: String?

  /// What `make-image` is given after the path.
  var arguments: [String] {
    [blockSize, outer, inner, files].map(String.init) + (feature.map { [$0] } ?? [])
  }

  /// Entries but `.` and `..`, `/lost+found` among them.
  var entryCount: Int { 1 + (outer == 0 ? 1 + files : outer * (1 + inner * (1 + files))) }

  static let many64 = Image(name: "many-64k", blockSize: 65536, outer: 200, inner: 100, files: 50)
  static let wide64 = Image(name: "wide-64k", blockSize: 65536, outer: 0, inner: 0, files: 1_000_000)
  static let many4 = Image(name: "many-4k", blockSize: 4096, outer: 200, inner: 100, files: 50)
  static let checksums64 = Image(
    name: "many-64k-csum", blockSize: 65536, outer: 200, inner: 100, files: 50, feature: "metadata_csum")
  static let tenth64 = Image(name: "many-64k-tenth", blockSize: 65536, outer: 20, inner: 100, files: 50)
  static let wideTenth64 = Image(name: "wide-64k-tenth", blockSize: 65536, outer: 0, inner: 0, files: 100_000)

  static let large = [many64, wide64, many4, checksums64]
  static let all = large + [tenth64, wideTenth64]
}
