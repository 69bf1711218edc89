import GRDB
import Logging
import NIOCore
import NIOPosix
import S2WMPPeer
import ServiceLifecycle
