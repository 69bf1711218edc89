import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBootstrap(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.bootstrap.fuzz(start, count) }
