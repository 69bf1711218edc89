import S2WMPAnalysis

/// A sentence above the keys, until the next key.
struct LiveNotice {
  var text: String
  var severity: Severity?
}
