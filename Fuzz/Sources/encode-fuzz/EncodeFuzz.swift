import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEncode(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.encode.fuzz(start, count) }
