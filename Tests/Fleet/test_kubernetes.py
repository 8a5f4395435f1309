"""The manifest of docs/fleet.md, as far as it can be tried without a cluster."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from conftest import ONE_RUN, REPOSITORY
from lab import Lab

PAGE = (REPOSITORY / "docs/fleet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def manifest() -> dict:
    text, = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def job(manifest: dict) -> dict:
    return manifest["spec"]


@pytest.fixture(scope="module")
def pod(job: dict) -> dict:
    return job["template"]


def test_kubernetes_knows_every_key(manifest: dict) -> None:
    version, = re.findall(r"`backoffLimitPerIndex` takes Kubernetes (\d\.\d+)", PAGE)
    # Strictly: a key that Kubernetes does not know is an error, not passed over.
    kubernetes_validate.validate(manifest, version, strict=True)
    misspelt = manifest | {"spec": manifest["spec"] | {"backofLimit": 0}}
    with pytest.raises(kubernetes_validate.ValidationError, match="backofLimit"):
        kubernetes_validate.validate(misspelt, version, strict=True)


def test_a_pod_that_fails_ends_no_other(job: dict) -> None:
    # A limit for the whole job would: the job fails, and Kubernetes deletes the pods that still run.
    assert "backoffLimit" not in job
    # What Kubernetes wants beside it.
    assert (job["backoffLimitPerIndex"], job["completionMode"]) == (0, "Indexed")
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def test_a_pod_waits_for_another_run_on_its_node(pod: dict) -> None:
    container, = pod["spec"]["containers"]
    assert "--if-busy wait" in " ".join(container["command"])


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
    host.run("mount", "-t", "tmpfs", "-o", "mode=755", "results", results)
    # As the kubelet does with a volume, which is root's.
    group = pod["spec"]["securityContext"]["fsGroup"]
    host.run("chgrp", str(group), results)
    host.run("chmod", "g+rwxs", results)
    for folder in ("/", "/run", "/tmp"):
        host.run("mount", "-o", "remount,ro", folder)

    limited = [
        "setpriv", f"--reuid={user}", f"--regid={user}", f"--groups={group}", "--no-new-privs", "--bounding-set=-all",
        "--inh-caps=-all", "env", f"PATH={Path(program).parent}:/usr/bin:/bin"]
    host.run(*limited, *container["command"], *container["args"], *ONE_RUN)
    slug = host.run(*limited, "splitbench", "doctor", "--slug").strip()
    # As a report wants them.
    record, = (json.loads(file.read_text()) for file in (host.files / results.lstrip("/") / slug).glob("*/run.json"))
    assert record["complete"] and not record["machine"]["permissions"]["is_root"]
