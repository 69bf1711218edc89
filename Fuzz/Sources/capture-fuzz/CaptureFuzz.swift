import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCapture(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.capture.fuzz(start, count) }
