"""The ready files under configs/: configurations load, manifests are what Kubernetes takes."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from hairpipe.cluster.load_class import load_class
from hairpipe.config import load_config

PROJECT = Path(__file__).parents[1]
CONFIGS = PROJECT / "configs"
MANIFESTS = CONFIGS / "kubernetes"


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.name)
def test_configuration_loads(file: Path) -> None:
    alone = "source" in yaml.safe_load(file.read_text())
    files = [file] if alone else [CONFIGS / "demo.yaml", file]
    assert load_config(files, environment={}).config.output


@pytest.mark.parametrize("name", ["slurm", "kubernetes"])
def test_named_cluster_class_exists(name: str) -> None:
    config = load_config([CONFIGS / "demo.yaml", CONFIGS / f"{name}.yaml"], environment={}).config
    package = config.cluster.name.partition(".")[0]
    pytest.importorskip(package)
    assert load_class(config.cluster.name)


@pytest.mark.parametrize("kind", ["daskcluster", "daskjob"])
def test_dask_manifest_fits_the_operator(kind: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    manifest = yaml.safe_load((MANIFESTS / f"{kind}.yaml").read_text())
    definition = custom_resource(kind)
    (version,) = (v for v in definition["spec"]["versions"] if v["name"] == "v1")
    assert manifest["kind"] == definition["spec"]["names"]["kind"]
    assert manifest["apiVersion"] == f"{definition['spec']['group']}/v1"
    jsonschema.validate(manifest, strict(version["schema"]["openAPIV3Schema"]))


def test_cron_job_fits_kubernetes() -> None:
    models = pytest.importorskip("kubernetes.client.models")
    manifest = yaml.safe_load((MANIFESTS / "cronjob.yaml").read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("batch/v1", "CronJob")
    assert kubernetes_object(models, "V1CronJob", manifest) is not None


def test_image_is_made_of_what_is_there() -> None:
    lines = (MANIFESTS / "Containerfile").read_text().splitlines()
    for line in lines:
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                assert (PROJECT / source).exists(), source
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (install,) = (line for line in lines if "pip install" in line)
    assert set(install.partition("[")[2].partition("]")[0].split(",")) <= set(extras)


def custom_resource(kind: str) -> dict[str, Any]:
    """The definition that the operator's chart brings."""
    found = importlib.util.find_spec("dask_kubernetes")
    if found is None or found.origin is None:
        pytest.skip("dask-kubernetes is not installed")
    chart = Path(found.origin).parent / "operator/deployment/helm/dask-kubernetes-operator"
    with (chart / "crds" / f"{kind}.yaml").open() as handle:
        definition: dict[str, Any] = yaml.load(handle, yaml.CSafeLoader)
    return definition


def strict(schema: Any) -> Any:
    """The schema with unknown fields refused, which Kubernetes would drop without a word."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        # The resource's own head is not part of the chart's schema.
        head = {"apiVersion": {}, "kind": {}, "metadata": {}} if "spec" in schema["properties"] else {}
        made["properties"] = {**head, **made["properties"]}
        made["additionalProperties"] = False
    return made


def kubernetes_object(models: Any, kind: str, value: Any) -> Any:
    """Build the client's own object, which refuses missing and impossible values, from a manifest."""
    inner = re.fullmatch(r"(?:List|list)\[(.+)\]", kind)
    if inner:
        return [kubernetes_object(models, inner[1], item) for item in value]
    model = getattr(models, kind, None)
    if model is None:
        return value
    names = {written: own for own, written in model.attribute_map.items()}
    assert set(value) <= set(names), f"{kind} has no {set(value) - set(names)}"
    return model(
        **{
            names[key]: kubernetes_object(models, model.openapi_types[names[key]], part)
            for key, part in value.items()
        }
    )
