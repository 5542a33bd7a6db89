"""python -m stroke_imaging.hemorrhage generate-examples|train|export|evaluate|card|all --data ../../../shared/data --out ../hemorrhage"""

import argparse
from pathlib import Path

import torch

from ..template import load_template
from .train import SEED, train


def main() -> None:
    parser = argparse.ArgumentParser(prog="stroke_imaging.hemorrhage", description=__doc__)
    parser.add_argument("step", choices=["generate-examples", "train", "export", "evaluate", "card", "all"])
    parser.add_argument("--data", type=Path, default=Path("../../../shared/data"), help="folder with ct-template and, to evaluate, ct-ich, cpaisd, ge-head-ct")
    parser.add_argument("--work", type=Path, default=Path("work/hemorrhage"), help="checkpoint and figures while working")
    parser.add_argument("--out", type=Path, default=Path("../hemorrhage"), help="the model's folder")
    parser.add_argument("--begin", type=Path, help="a released model.onnx whose weights training begins with")
    parser.add_argument("--seed", type=int, default=SEED, help="another one where weights are trained on: heads they have not seen")
    parser.add_argument("--minutes", type=float, default=70, help="of training, wall time from now")
    parser.add_argument("--heads", type=int, default=40, help="synthetic heads to measure on; three scans of each")
    parser.add_argument("--processes", type=int, default=2, help="of evaluate")
    options = parser.parse_args()
    torch.set_num_threads(1)
    say = lambda text: print(text, flush=True)  # noqa: E731
    template = load_template(options.data)
    everything = options.step == "all"
    if options.step == "generate-examples":
        from .examples import draw_examples

        draw_examples(template, options.work / "examples", say)
    if options.step == "train" or everything:
        train(template, options.work / "checkpoint.pt", options.minutes, options.begin, options.seed, say)
    if options.step == "export" or everything:
        from .export import export

        export(options.work / "checkpoint.pt", options.out, say)
    if options.step == "evaluate" or everything:
        from .evaluate import evaluate

        evaluate(options.data, options.out, options.heads, options.processes, say)
    if options.step in ("evaluate", "card") or everything:
        from .release import release

        release(options.out, say)


main()
