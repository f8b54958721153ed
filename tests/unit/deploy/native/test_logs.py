"""Every log is shown line by line behind the name of its source."""

from pathlib import Path

from deploy.native.logs import LogFollower


def test_recent_lines_then_new_ones_also_of_new_logs(tmp_path: Path) -> None:
    written: list[str] = []
    delivery = tmp_path / "delivery.log"
    delivery.write_text("one\n")
    follower = LogFollower(tmp_path, written.append)
    follower.show_recent()
    with delivery.open("a") as log:
        log.write("two\n")
    (tmp_path / "postgres.log").write_text("three\n")
    follower.poll()
    follower.poll()
    follower.close()
    assert [line.split(" | ") for line in written] == [
        ["      delivery", "one"],
        ["      delivery", "two"],
        ["      postgres", "three"],
    ]


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    written: list[str] = []
    log = tmp_path / "delivery.log"
    log.write_text("")
    follower = LogFollower(tmp_path, written.append)
    follower.show_recent()
    with log.open("a") as file:
        file.write("half ")
        file.flush()
        follower.poll()
        file.write("whole\n")
    follower.poll()
    follower.close()
    assert written == ["      delivery | half whole"]
