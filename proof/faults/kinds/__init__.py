"""Every kind of fault, in the order in which a run takes them. To add one: write a Fault, and list it here."""

from proof.faults.kinds.broker_resources import BrokerResources
from proof.faults.kinds.clients import Hostile, Storm
from proof.faults.kinds.clock import Clocks, Tokens
from proof.faults.kinds.crash_points import CrashPoints
from proof.faults.kinds.deliveries import Deliveries
from proof.faults.kinds.disk import DiskFull
from proof.faults.kinds.fault import Fault
from proof.faults.kinds.gateway import Gateway
from proof.faults.kinds.ills import Ills
from proof.faults.kinds.kill import Kill
from proof.faults.kinds.links import Links
from proof.faults.kinds.positions import Failover, Restore, Snapshot
from proof.faults.kinds.replicas import Rolling, Stopped
from proof.faults.kinds.sends import OneAttempt, SharedKeys
from proof.faults.kinds.servers import Broker, Database
from proof.faults.kinds.topology import Policies, TakenAway
from proof.faults.kinds.upgrade import Upgrade

KINDS: tuple[type[Fault], ...] = (
    *(Kill, Broker, Database, Ills, Failover, Restore, Snapshot, Links, Stopped, CrashPoints, Deliveries),
    *(BrokerResources, Storm, Hostile, Rolling, Clocks, Tokens, DiskFull, Upgrade, SharedKeys, OneAttempt),
    *(Gateway, TakenAway, Policies),
)
