"""Networks for head images: synthetic training data, training, evaluation and export. Needs requirements-imaging.txt."""

import os

# onnxruntime reports to its maker unless this is set before it is loaded (`src/inference/no-telemetry.ts`).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
