/// An image that is walked: what `make-image` is told to make. Sparse, outside the repository.
struct Image {
  let name: String
  let arguments: [String]

  init(_ name: String, _ arguments: String) {
    self.name = name
    self.arguments = arguments.split(separator: " ").map(String.init)
  }

  static let many64 = Image("many-64k", "65536 200 100 50")
  static let wide64 = Image("wide-64k", "65536 0 0 1000000")
  static let many4 = Image("many-4k", "4096 200 100 50")
  static let checksums64 = Image("many-64k-csum", "65536 200 100 50 metadata_csum")
  static let tenth64 = Image("many-64k-tenth", "65536 20 100 50")
  static let wideTenth64 = Image("wide-64k-tenth", "65536 0 0 100000")

  static let large = [many64, wide64, many4, checksums64]
  static let all = large + [tenth64, wideTenth64]
}
