@testable import S2WMPReport
import Testing
