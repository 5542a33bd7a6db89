"""A site's side: answers the coordinator's questions from tables that stay where they are. Only masked means leave it."""

from __future__ import annotations

from pathlib import Path

from flwr.app import Context
from flwr.client import Client, ClientApp, NumPyClient
from flwr.client.mod import secaggplus_mod

from .newton import Answering
from .sites import own_subjects, published_range, read_site, variant_named


class Site(NumPyClient):
    """`what`: answers questions with means over `size` subjects or slices."""

    def __init__(self, what, size: int) -> None:  # noqa: ANN001
        self.what, self.size = what, size

    def fit(self, parameters, config):  # noqa: ANN001, ANN201 (signature of the library)
        return self.what.answer(str(config["question"]), parameters), self.size, {}


def client(context: Context) -> Client:
    """`node_config` of the site names its files; `run_config` says which model."""
    model, own = str(context.run_config["model"]), context.node_config
    if model == "flair-lesion":
        from .segmentation import TrainingSite  # torch is needed for this one only

        site = TrainingSite.read(Path(str(own["slices"])), context.run_config)
        return Site(site, site.size).to_client()
    variant = variant_named(model.removeprefix("discharge-mrs-"))
    files = {k: Path(str(own[k])) if own.get(k) else None for k in ("participants", "features")}
    subjects = own_subjects(read_site(files["participants"], files["features"], None, variant), variant)
    return Site(Answering(subjects, *published_range(variant)), len(subjects.y)).to_client()


app = ClientApp(client_fn=client, mods=[secaggplus_mod])
