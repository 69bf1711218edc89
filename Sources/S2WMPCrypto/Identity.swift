import S2WMPWire

/// An own key.
public final class Identity: Sendable {
}
