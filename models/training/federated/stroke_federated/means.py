"""The coordinator's side of one question: weighted means over the sites, by Flower, with secure aggregation (SecAgg+,
Bell 2020, doi:10.1145/3372297.3417885) so that the coordinator sees the sum of all sites and of no single one."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context
from flwr.common import FitIns, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.compat.legacy_context import LegacyContext
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key
from flwr.serverapp import Grid

from .newton import Ask
from .sites import FEWEST

Array = np.ndarray


class SiteFailure(RuntimeError):
    """A site did not answer: the round is not usable, because its subjects would be missing from the mean."""


@dataclass(frozen=True)
class _Site:
    node_id: int


class _OneQuestion(FedAvg):
    """Carries one question to every site and keeps the mean that the workflow unmasked."""

    def __init__(self, sites: list[_Site], question: str, arrays: list[Array]) -> None:
        super().__init__()
        self.sites, self.instructions = sites, FitIns(ndarrays_to_parameters(arrays), {"question": question})
        self.means: list[Array] | None = None

    def configure_fit(self, server_round, parameters, client_manager):  # noqa: ANN001, ANN201 (signature of the library)
        return [(site, self.instructions) for site in self.sites]

    def aggregate_fit(self, server_round, results, failures):  # noqa: ANN001, ANN201
        if not failures and len(results) == len(self.sites):
            self.means = parameters_to_ndarrays(results[0][1].parameters)
        return None, {}


@dataclass(frozen=True)
class Precision:
    """Of the whole numbers that are summed: values beyond ±`clip` are cut, steps are 2·clip / 2^`bits`; `bits` leaves
    room for the sum of all sites in 32. `largest_site`: subjects (or slices) of the largest site at most."""

    clip: float
    largest_site: float
    bits: int = 28


def ask_over(grid: Grid, context: Context, sites: int, precision: Precision, *, patience_s: float = 300) -> Ask:
    """Waits for `sites` sites to be connected; what it returns asks them all. @raises SiteFailure"""
    nodes = _connected(grid, sites, patience_s)
    if sites * 2**precision.bits > 2**32:
        raise ValueError(f"{sites} sites leave no room for {precision.bits} bits each in 32")
    workflow = SecAggPlusWorkflow(
        num_shares=1.0,
        # Everyone's share is needed: a site that falls silent ends the round instead of being guessed around.
        reconstruction_threshold=1.0,
        max_weight=precision.largest_site,
        clipping_range=precision.clip,
        quantization_range=2**precision.bits,
        timeout=patience_s,
    )
    number = 0

    def ask(question: str, arrays: list[Array]) -> list[Array]:
        nonlocal number
        number += 1
        strategy = _OneQuestion([_Site(n) for n in nodes], question, arrays)
        legacy = LegacyContext(context, strategy=strategy)
        legacy.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: number})
        legacy.state.array_records[MAIN_PARAMS_RECORD] = ArrayRecord()
        workflow(grid, legacy)
        if strategy.means is None:
            raise SiteFailure(f"round {number} ({question}): not every site answered; see their logs")
        return strategy.means

    return ask


def _connected(grid: Grid, sites: int, patience_s: float) -> list[int]:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        nodes = sorted(grid.get_node_ids())
        if len(nodes) >= sites:
            return nodes[:sites]
        time.sleep(0.5)
    raise SiteFailure(f"{len(sorted(grid.get_node_ids()))} of {sites} sites were connected within {patience_s:g} s")
