// swift-tools-version: 6.2

import PackageDescription

// The benchmark package takes an older ArgumentParser than ext2walk's with Swift 6.2: `make bench` and `make simulate` do
// without it.
#if compiler(>=6.3)
  let benchmark: [Package.Dependency] = [
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: [])
  ]
  let mappingWays: [Target] = [
    .executableTarget(
      name: "MappingWays",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "FolioCore", package: "ext2walk"),
      ],
      path: "Benchmarks/MappingWays",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
#else
  let benchmark: [Package.Dependency] = []
  let mappingWays: [Target] = []
#endif

// A package of its own, so that nobody who builds ext2walk needs what measures it.
let package = Package(
  name: "ext2walk-benchmarks",
  dependencies: [.package(name: "ext2walk", path: "..")] + benchmark,
  targets: mappingWays + [
    .executableTarget(name: "Ratios"),
    .executableTarget(name: "Simulate"),
    .executableTarget(
      name: "Walks",
      dependencies: [.product(name: "FolioCore", package: "ext2walk")]),
  ],
  swiftLanguageModes: [.v6]
)
