import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFilter(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.filter.fuzz(start, count) }
