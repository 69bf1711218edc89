import S2WMPAnalysis
import S2WMPCapture
import S2WMPWire

extension TrafficArguments {
  func analysisOptions(_ order: DeliveryOrder) -> AnalysisOptions {
    var options = AnalysisOptions()
    options.dialect = dialect.flatMap(Dialect.init(name:))
    options.ports = Set(port)
    options.order = order
    options.maximumPartialBytes = maxBuffer << 20
    return options
  }

  var reassemblyLimits: ReassemblyLimits {
    var limits = ReassemblyLimits()
    limits.flows = maxFlows
    limits.totalBufferedBytes = maxBuffer << 20
    limits.bufferedBytes = min(limits.bufferedBytes, maxBuffer << 20)
    limits.idleNanoseconds = Int64(idleTimeout) * 1_000_000_000
    return limits
  }

  /// Sorted, within the window.
  var sorted: DeliveryOrder { .sorted(window: window << 20) }
}
