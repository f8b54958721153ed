"""The broker runs out of something, or somebody tidies up in it."""

from proof.faults.kinds.fault import Fault, Measured, Scene

SENT_MEANWHILE = 50  # messages


class BrokerResources(Fault):
    """Memory alarm, disk alarm, a delivery queue purged, a delivery queue deleted: heals by itself."""

    name = "alarms"
    number = 8
    rounds = 24

    async def inject(self, scene: Scene) -> None:
        stage = scene.stage
        scene.did = scene.turn(["memory alarm", "queue purged", "disk alarm", "queue deleted"])
        self._end: tuple[str, ...] = ()
        match scene.did:
            case "memory alarm":
                before = await stage.rabbitmqctl("eval", "vm_memory_monitor:get_vm_memory_high_watermark().")
                self._end = ("set_vm_memory_high_watermark", before.strip())
                await stage.rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
            case "disk alarm":
                before = await stage.rabbitmqctl("eval", "rabbit_disk_monitor:get_disk_free_limit().")
                self._end = ("set_disk_free_limit", before.strip())
                await stage.rabbitmqctl("set_disk_free_limit", str(10**15))
            case "queue purged":
                await stage.rabbitmqctl("purge_queue", await _queue(scene))
            case "queue deleted":
                await stage.rabbitmqctl("eval", _DELETE % await _queue(scene))

    async def hold(self, scene: Scene) -> None:
        await scene.workload.until_acknowledged(SENT_MEANWHILE)
        waited = await scene.workload.until_everybody_hears()
        scene.measured.append(Measured("heard meanwhile", waited, self.heard_within))

    async def heal(self, scene: Scene) -> None:
        if self._end:
            await scene.stage.rabbitmqctl(*self._end)


# rabbitmqctl refuses to delete another connection's exclusive queue; an operator's tools do it like this.
_DELETE = (
    'rabbit_amqqueue:with(rabbit_misc:r(<<"/">>, queue, <<"%s">>),'
    ' fun (Q) -> rabbit_amqqueue:delete(Q, false, false, <<"test">>) end).'
)


async def _queue(scene: Scene) -> str:
    """One of the queues by which a delivery replica gets the log."""
    listed = (await scene.stage.rabbitmqctl("list_queues", "name")).split()
    names = sorted(name for name in listed if name.startswith("delivery.") and not name.endswith(".typing"))
    return scene.turn(names, every=4)
