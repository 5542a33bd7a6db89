"""The trained probability over TOAST classes: which cause the pattern of a lesion is compatible with.

`python -m stroke_training.toast` trains, judges and writes models/toast-*; see models/training/README.md.
"""
