"""Every kind of fault, in the order in which a run takes them. To add one: write a Fault, and list it here."""

from tests.faults.kinds.broker_resources import BrokerResources
from tests.faults.kinds.clients import Hostile, Storm
from tests.faults.kinds.clock import Clocks, Tokens
from tests.faults.kinds.crash_points import CrashPoints
from tests.faults.kinds.deliveries import Deliveries
from tests.faults.kinds.disk import DiskFull
from tests.faults.kinds.fault import Fault
from tests.faults.kinds.gateway import Gateway
from tests.faults.kinds.ills import Ills
from tests.faults.kinds.kill import Kill
from tests.faults.kinds.links import Links
from tests.faults.kinds.positions import Failover, Restore, Snapshot
from tests.faults.kinds.replicas import Rolling, Stopped
from tests.faults.kinds.sends import OneAttempt, SharedKeys
from tests.faults.kinds.servers import Broker, Database
from tests.faults.kinds.topology import Policies, TakenAway
from tests.faults.kinds.upgrade import Upgrade

KINDS: tuple[type[Fault], ...] = (
    Kill,
    Broker,
    Database,
    Ills,
    Failover,
    Restore,
    Snapshot,
    Links,
    Stopped,
    CrashPoints,
    Deliveries,
    BrokerResources,
    Storm,
    Hostile,
    Rolling,
    Clocks,
    Tokens,
    DiskFull,
    Upgrade,
    SharedKeys,
    OneAttempt,
    Gateway,
    TakenAway,
    Policies,
)
