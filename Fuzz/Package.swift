// swift-tools-version: 6.1
import PackageDescription

// The libFuzzer programs, apart from the main package: they build only with `--sanitize=fuzzer`. Start them with `Fuzz/run`.
let package = Package(
  name: "s2wmp-fuzz",
  dependencies: [.package(name: "s2wmp-tool", path: "..")],
  targets: ["capture", "stream", "filter", "encode", "peer", "bootstrap"].map {
    .executableTarget(name: "\($0)-fuzz", dependencies: [.product(name: "S2WMPFuzzTargets", package: "s2wmp-tool")])
  },
  swiftLanguageModes: [.v6]
)
