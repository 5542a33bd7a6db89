"""Trains, judges, explains and exports the tabular models of this product.

Words: *input* is a raw number (age, NIHSS, a lesion feature); *column* is one transformed input of an additive model;
*group* of columns is one clinical idea; *group* of subjects is what must never be split over folds.
"""

import os

# Many small fits: threads of the linear algebra only get into each other's way. Set before numpy is loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# onnxruntime reports to its maker unless this is set before it is loaded (`src/inference/no-telemetry.ts`).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
