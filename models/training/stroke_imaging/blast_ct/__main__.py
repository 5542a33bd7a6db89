"""python -m stroke_imaging.blast_ct convert|compare: BLAST-CT for a site, and beside our own network. Needs requirements-blast-ct.txt."""

import argparse
from pathlib import Path

from .compare import compare
from .convert import RELEASES, Floor, convert
from .table import COMPARISON


def main() -> None:
    parser = argparse.ArgumentParser(prog="stroke_imaging.blast_ct", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    one = steps.add_parser("convert", help="weights into a model folder")
    one.add_argument("--weights", type=Path, help="folder with model_1.torch_model or .pt …; default: the package's cache, which it fills from GitHub")
    one.add_argument("--release", type=int, choices=sorted(RELEASES), default=2, help="which published weights these are; they do not say it themselves")
    one.add_argument("--members", type=int, help="the first of them only; time grows with each")
    one.add_argument("--out", type=Path, required=True, help="<site's models>/blast-ct")
    one.add_argument("--detection-floor-ml", type=float, help="the smallest volume that this site found reliably")
    one.add_argument("--detection-floor-basis", help="on which scans, and how: goes into the manifest")
    two = steps.add_parser("compare", help="with our own network")
    two.add_argument("--weights", type=Path, required=True, help="folder with legacy members of release 1")
    two.add_argument("--members", type=int, default=3)
    two.add_argument("--graph", type=Path, required=True, help="model.onnx converted from the same members")
    two.add_argument("--own", type=Path, default=Path("../hemorrhage/model.onnx"), help="with figures.json and model.json beside it")
    two.add_argument("--data", type=Path, default=Path("../../../shared/data"), help="folder with ct-template, ct-ich, cpaisd, ge-head-ct")
    two.add_argument("--bleeding", type=int, default=7, help="synthetic heads with blood")
    two.add_argument("--without", type=int, default=4, help="synthetic heads without")
    two.add_argument("--out", type=Path, default=COMPARISON)
    options = parser.parse_args()
    say = lambda text: print(text, flush=True)  # noqa: E731
    if options.step == "convert":
        ml, basis = options.detection_floor_ml, options.detection_floor_basis
        if (ml is None) != (basis is None):
            parser.error("a detection floor needs its basis, and a basis its floor")
        floor = None if ml is None else Floor(ml, basis)
        convert(options.weights, options.out, options.release, options.members, floor, say)
    else:
        heads = (options.bleeding, options.without)
        compare(options.data, options.weights, options.members, options.graph, options.own, options.out, heads, say)


main()
