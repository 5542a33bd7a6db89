"""Networks for head images: synthetic training data, training, evaluation and export. Needs requirements-imaging.txt."""
