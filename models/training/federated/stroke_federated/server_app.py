"""The coordinator: asks all sites together until the model is fitted, and writes it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from .means import Precision, ask_over
from .newton import fit_over_sites
from .sites import published_range, variant_named

app = ServerApp()


def say(line: str) -> None:
    print(line, flush=True)


@app.main()
def main(grid: Grid, context: Context) -> None:
    run = context.run_config
    model, sites, out = str(run["model"]), int(run["sites"]), Path(str(run["out"]))
    ask = ask_over(grid, context, sites, Precision(clip=8.0, largest_site=float(run["largest-site"])))
    if model == "flair-lesion":
        from .segmentation import train_over_sites  # torch is needed for this one only

        train_over_sites(ask, int(run["rounds"]), out, say)
        say(f"finished: {out.name}")
        return
    variant = variant_named(model.removeprefix("discharge-mrs-"))
    fitted = fit_over_sites(variant, float(run["ridge"]), ask, *published_range(variant), say=say)
    out.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "model": model,
        "sites": sites,
        "columns": [{"input": c.input, "transform": c.transform, "parameters": list(c.parameters)} for c in fitted.columns],
        "intercepts": np.round(fitted.intercepts, 9).tolist(),
        "coefficients": np.round(fitted.coefficients.ravel(), 9).tolist(),
    }
    out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    say(f"finished: {out.name}")
