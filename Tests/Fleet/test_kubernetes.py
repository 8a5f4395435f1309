"""The manifest of docs/fleet.md, as far as it can be tried without a cluster."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

import pytest
import yaml

from conftest import ONE_RUN, REPOSITORY
from lab import Lab

PAGE = (REPOSITORY / "docs/fleet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pod() -> dict:
    manifest, = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return yaml.safe_load(manifest)["spec"]["template"]


def test_the_pod_is_guaranteed_whole_cpus(pod: dict) -> None:
    container, = pod["spec"]["containers"]
    # Without requests, Kubernetes takes the limits for them: that is the class Guaranteed.
    assert container["resources"].keys() == {"limits"} and container["resources"]["limits"].keys() == {"cpu", "memory"}
    assert int(container["resources"]["limits"]["cpu"]) >= 2


def test_no_two_pods_share_a_node(pod: dict) -> None:
    rule, = pod["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"
    assert rule["labelSelector"]["matchLabels"] == pod["metadata"]["labels"]


def test_a_run_needs_no_more_than_the_pod_has(lab: Lab, bundle: Path, pod: dict) -> None:
    container, = pod["spec"]["containers"]
    rights, (mount,) = container["securityContext"], container["volumeMounts"]
    assert rights["capabilities"] == {"drop": ["ALL"]} and rights["readOnlyRootFilesystem"]
    assert rights["allowPrivilegeEscalation"] is False
    host, user, results = lab.host("pod", "exec sleep infinity"), rights["runAsUser"], mount["mountPath"]
    with tarfile.open(bundle) as archive:
        archive.extractall(host.files / "usr/local", filter="data")
    program, = host.run("sh", "-c", "echo /usr/local/splitbench-*/splitbench").split()
    host.run("mkdir", results)
    host.run("mount", "-t", "tmpfs", "-o", f"uid={user}", "results", results)
    for folder in ("/", "/run", "/tmp"):
        host.run("mount", "-o", "remount,ro", folder)

    name, *options = container["command"]
    assert name == "splitbench"
    host.run(
        "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all",
        "--inh-caps=-all", program, *options, *ONE_RUN)
    record, = (json.loads(file.read_text()) for file in (host.files / results.lstrip("/")).glob("*/run.json"))
    assert record["complete"] and not record["machine"]["permissions"]["is_root"]
