// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that nobody who builds ext2walk needs what measures it.
let package = Package(
  name: "ext2walk-benchmarks",
  dependencies: [
    .package(name: "ext2walk", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "MappingWays",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "FolioCore", package: "ext2walk"),
      ],
      path: "Benchmarks/MappingWays",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(name: "Ratios"),
    .executableTarget(name: "Simulate"),
    .executableTarget(
      name: "Walks",
      dependencies: [.product(name: "FolioCore", package: "ext2walk")]),
  ],
  swiftLanguageModes: [.v6]
)
