"""The array job, on a cluster of Debian's Slurm: a controller and two nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import Cluster
from conftest import ONE_RUN
from host import wait_until
from lab import Lab


@pytest.fixture(scope="module")
def cluster(lab: Lab, bundle: Path) -> Cluster:
    return Cluster(lab, bundle)


def submit_until_ended(cluster: Cluster, folder: str) -> str:
    """Submits a task of many runs, the first of which is done and not yet at home."""
    job = cluster.submit(folder, "fleet/slurm/submit", "node1", "--", *ONE_RUN, "--repeat", "1000", "--pause", "1")
    wait_until(lambda: any(cluster.nodes[0].files.glob("tmp/splitbench.*/*/summary.md")), "a run")
    return job


def test_every_node_has_one_task_and_all_results_are_in_one_folder(cluster: Cluster) -> None:
    job = cluster.submit("each", "fleet/slurm/submit", "node[1-2]", "--", *ONE_RUN)
    tasks = cluster.wait(job)
    assert {number: (task["NodeList"], task["JobState"]) for number, task in tasks.items()} == {
        "0": ("node1", "COMPLETED"), "1": ("node2", "COMPLETED")}
    assert [record["complete"] for record in cluster.records("each")] == [True, True]
    # A node to itself, which needs no warning; its results under the name that the task told.
    assert {task["OverSubscribe"] for task in tasks.values()} == {"NO"}
    for said in cluster.said("each").values():
        assert "warning: other jobs" not in said
        assert (cluster.shared / said.splitlines()[-1].removeprefix("/shared/") / "cost.csv").exists()
    for node in cluster.nodes:
        assert not any(node.files.glob("tmp/splitbench.*"))


def test_a_shared_node_is_warned_of_and_only_the_jobs_cpus_measure(cluster: Cluster) -> None:
    job = cluster.submit(
        "shared-node", "sbatch", "--parsable", "--array=1-2", "--exclusive=user", "--cpus-per-task=1", "--nodelist=node1",
        "fleet/slurm/splitbench.sbatch", *ONE_RUN)
    tasks = cluster.wait(job)
    assert {task["JobState"] for task in tasks.values()} == {"COMPLETED"}
    assert {task["NumCPUs"] for task in tasks.values()} == {"1"}
    assert all("warning: other jobs may run on this node" in said for said in cluster.said("shared-node").values())
    records = cluster.records("shared-node")
    assert len(records) == 2
    for record in records:
        # The node has two; what the job was not given is not there for it.
        cpu, = record["parameters"]["cpus"]
        assert [known["id"] for known in record["machine"]["topology"]["cpus"]] == [cpu]


def test_a_run_that_fails_fails_its_task_alone(cluster: Cluster) -> None:
    job = cluster.submit("failing", "fleet/slurm/submit", "node[1-2]", "--", "--cpu", "4095", *ONE_RUN)
    tasks = cluster.wait(job)
    assert {task["JobState"] for task in tasks.values()} == {"FAILED"}
    for number, said in cluster.said("failing").items():
        assert f"error: node{int(number) + 1}: splitbench run ended with exit code" in said, said


def test_a_node_without_the_program_is_named(cluster: Cluster) -> None:
    job = cluster.submit("lacking", "env", "SPLITBENCH=/nowhere/splitbench", "fleet/slurm/submit", "node1", "--", *ONE_RUN)
    assert cluster.wait(job)["0"]["ExitCode"] == "2:0"
    assert "error: node1: /nowhere/splitbench does not run there" in cluster.said("lacking")["0"]
    assert not any(cluster.nodes[0].files.glob("tmp/splitbench.*"))


def test_a_minute_before_its_end_a_task_brings_home_what_it_had(cluster: Cluster) -> None:
    job = submit_until_ended(cluster, "interrupted")
    # What Slurm sends then, by --signal=B:INT@60.
    cluster.ask("scancel", "--signal=INT", "--batch", f"{job}_0")
    assert cluster.wait(job)["0"]["ExitCode"] == "130:0"
    assert "error: node1: splitbench run ended with exit code 130" in cluster.said("interrupted")["0"]
    # Every run has its end: none was killed.
    *earlier, last = sorted(cluster.records("interrupted"), key=lambda record: record["started_utc"])
    assert {record["end"] for record in earlier} <= {"finished"} and last["end"] in ("finished", "interrupted")
    assert not any(cluster.nodes[0].files.glob("tmp/splitbench.*"))


def test_a_cancelled_task_brings_home_what_it_had(cluster: Cluster) -> None:
    job = submit_until_ended(cluster, "cancelled")
    cluster.ask("scancel", job)
    tasks = cluster.wait(job)
    assert tasks["0"]["JobState"] == "CANCELLED"
    # Slurm forgets a cancelled job before its script has ended.
    wait_until(lambda: cluster.records("cancelled") and not any(cluster.nodes[0].files.glob("tmp/splitbench.*")), "its runs")
