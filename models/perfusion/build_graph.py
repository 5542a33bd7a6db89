"""Writes model.onnx: deconvolution of tissue curves with truncated inverses of the arterial input.

    python build_graph.py        # in an environment of ../training/requirements.txt; the same bytes every time

Nothing is trained. The service computes, in double precision and once a study, the inverse of the arterial input for every
candidate threshold (src/imaging/pipelines/perfusion/arterial-inverses.ts); the graph applies them to all voxels, takes for
each voxel the weakest threshold whose residue function oscillates less than the limit (Wu 2003, Magn Reson Med 50:164), and
reads off height and time of its peak. One candidate and an infinite limit make it a plain truncated SVD.

Inputs
    curves             [batch, time]              tissue concentration over time, one voxel a row
    inverses           [time, candidates, lags]   residue = curves x inverse; weakest regularization first
    lag_seconds        [lags]                     time of each point of the residue function; negative where it wraps
    allowed            [lags]                     1 where the peak may lie, 0 elsewhere
    oscillation_limit  [1]
Outputs
    peak               [batch]                    largest value of the residue function: flow, in 1/s times units of the curves
    tmax               [batch]                    its time in s
    candidate          [batch]                    index of the candidate that was taken
    oscillation        [batch]                    oscillation index of the residue function that was taken
    residue            [batch, lags]              that function
"""

import hashlib
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class Graph:
    """Nodes in order; every call returns the name of its one output."""

    def __init__(self):
        self.nodes = []
        self.constants = []

    def constant(self, name, values, kind=np.float32):
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def add(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output


def build():
    g = Graph()
    floats = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    first = g.constant("first", [0], np.int64)
    one = g.constant("one", [1], np.int64)
    two = g.constant("two", [2], np.int64)
    last = g.constant("last", [-1], np.int64)
    before_last = g.constant("before_last", [-2], np.int64)
    end = g.constant("end", [np.iinfo(np.int64).max], np.int64)
    lag_axis = g.constant("lag_axis", [2], np.int64)
    tiny = g.constant("tiny", 1e-12)
    never = g.constant("never", -3.0e38)

    # All candidates in one product: [batch, time] x [time, candidates * lags].
    shape = g.add("Shape", ["inverses"], "inverse_shape")
    times = g.add("Slice", [shape, first, one], "times")
    candidates = g.add("Slice", [shape, one, two], "candidates")
    lags = g.add("Slice", [shape, two, end], "lags")
    flat_shape = g.add("Concat", [times, last], "flat_shape", axis=0)
    flat = g.add("Reshape", ["inverses", flat_shape], "flat_inverses")
    product = g.add("MatMul", ["curves", flat], "product")
    residues = g.add("Reshape", [product, g.add("Concat", [last, candidates, lags], "cube_shape", axis=0)], "residues")

    # Oscillation index: mean absolute second difference over the peak. Differences of the inverses, once a batch, give the
    # differences of every residue function in a second product.
    ahead = g.add("Slice", ["inverses", two, end, lag_axis], "ahead")
    middle = g.add("Slice", ["inverses", one, last, lag_axis], "middle")
    behind = g.add("Slice", ["inverses", first, before_last, lag_axis], "behind")
    double = g.add("Add", [middle, middle], "double")
    bends = g.add("Sub", [g.add("Add", [ahead, behind], "outer"), double], "bends")
    bent = g.add("MatMul", ["curves", g.add("Reshape", [bends, flat_shape], "flat_bends")], "bent")
    bent_shape = g.add("Concat", [last, candidates, g.add("Sub", [lags, two], "inner_lags")], "bent_shape", axis=0)
    total = g.add("ReduceL1", [g.add("Reshape", [bent, bent_shape], "bent_cube")], "total", axes=[2], keepdims=0)
    heights = g.add("ReduceMax", [residues], "heights", axes=[2], keepdims=0)
    count = g.add("Cast", [lags], "lag_count", to=TensorProto.FLOAT)
    scale = g.add("Mul", [g.add("Max", [heights, tiny], "safe_heights"), count], "scale")
    oscillations = g.add("Div", [total, scale], "oscillations")

    # The first candidate under the limit; the strongest one where none is.
    calm = g.add("Cast", [g.add("Less", [oscillations, "oscillation_limit"], "is_calm")], "calm", to=TensorProto.FLOAT)
    candidate_axis = g.constant("candidate_axis", [1], np.int64)
    first_calm = g.add("ArgMax", [calm], "first_calm", axis=1, keepdims=1)
    any_calm = g.add("ReduceMax", [calm], "any_calm", axes=[1], keepdims=1)
    half = g.constant("half", 0.5)
    found = g.add("Greater", [any_calm, half], "found")
    strongest = g.add("Sub", [candidates, one], "strongest")
    taken = g.add("Where", [found, first_calm, strongest], "taken")
    residue = g.add("GatherND", [residues, taken], "residue", batch_dims=1)
    g.add("Squeeze", [g.add("Cast", [taken], "taken_float", to=TensorProto.FLOAT), candidate_axis], "candidate")
    g.add("GatherND", [oscillations, taken], "oscillation", batch_dims=1)

    # The peak among the allowed lags, and its neighbors on the circle.
    permitted = g.add("Greater", ["allowed", half], "permitted")
    searched = g.add("Where", [permitted, residue, never], "searched")
    top = g.add("ArgMax", [searched], "top", axis=1, keepdims=1)
    left_index = g.add("Mod", [g.add("Add", [top, one_back(g, lags, one)], "left_sum"), lags], "left_index")
    right_index = g.add("Mod", [g.add("Add", [top, one], "right_sum"), lags], "right_index")
    at_top = g.add("GatherND", [residue, top], "at_top", batch_dims=1)
    left = g.add("GatherND", [residue, left_index], "left", batch_dims=1)
    right = g.add("GatherND", [residue, right_index], "right", batch_dims=1)

    bend = g.add("Sub", [g.add("Sub", [g.add("Add", [at_top, at_top], "two_tops"), left], "less_left"), right], "top_bend")
    lean = g.add("Mul", [g.add("Sub", [right, left], "rise"), half], "lean")
    shift = g.add("Div", [lean, g.add("Max", [bend, tiny], "safe_bend")], "shift")
    shift = g.add("Min", [g.add("Max", [shift, g.constant("lowest", -0.5)], "shift_from"), half], "bounded_shift")
    g.add("Add", [at_top, g.add("Mul", [lean, g.add("Mul", [shift, half], "half_shift")], "above_top")], "peak")
    step_to = g.add("Slice", ["lag_seconds", one, two], "second_lag")
    step = g.add("Sub", [step_to, g.add("Slice", ["lag_seconds", first, one], "first_lag")], "step")
    coarse = g.add("Squeeze", [g.add("Gather", ["lag_seconds", top], "coarse_column"), candidate_axis], "coarse")
    g.add("Add", [coarse, g.add("Mul", [shift, step], "fine")], "tmax")

    graph = helper.make_graph(
        g.nodes,
        "perfusion_deconvolution",
        [
            floats("curves", "batch", "time"),
            floats("inverses", "time", "candidates", "lags"),
            floats("lag_seconds", "lags"),
            floats("allowed", "lags"),
            floats("oscillation_limit", 1),
        ],
        [
            floats("peak", "batch"),
            floats("tmax", "batch"),
            floats("candidate", "batch"),
            floats("oscillation", "batch"),
            floats("residue", "batch", "lags"),
        ],
        g.constants,
    )
    model = helper.make_model(
        graph,
        producer_name="stroke-cds",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    checker.check_model(model, full_check=True)
    return model


def one_back(g, lags, one):
    """One step back on the circle is lags - 1 steps ahead: indices stay positive for every runtime."""
    return g.add("Sub", [lags, one], "one_back")


if __name__ == "__main__":
    content = build().SerializeToString(deterministic=True)
    (Path(__file__).parent / "model.onnx").write_bytes(content)
    print(hashlib.sha256(content).hexdigest())
