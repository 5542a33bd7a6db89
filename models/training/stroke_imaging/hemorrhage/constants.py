"""What the network takes and tells; free of torch, so that the shipped files can be checked without it."""

NONE, INTRAPARENCHYMAL, INTRAVENTRICULAR, EXTRA_AXIAL, SUBARACHNOID, EDEMA = range(6)
CLASSES = ("none", "intraparenchymal", "intraventricular", "extra-axial", "subarachnoid", "perihematomal-edema")
# Brain, blood against bone, and bone, in HU.
WINDOWS = ((0.0, 80.0), (-20.0, 200.0), (-500.0, 1500.0))
CONTEXT = 3  # slice below, itself, above
OPSET = 17
BRAIN_HU = 31.0  # usual density of brain: slices are moved to it, contrast is varied around it
