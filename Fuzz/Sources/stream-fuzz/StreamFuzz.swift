import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStream(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.stream.fuzz(start, count) }
