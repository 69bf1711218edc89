import S2WMPChat
import Testing
