import S2WMPFuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPeer(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 { FuzzTarget.peer.fuzz(start, count) }
