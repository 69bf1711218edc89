import S2WMPWire
