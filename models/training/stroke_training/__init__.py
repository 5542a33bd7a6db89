"""Trains, judges, explains and exports the tabular models of this product.

Words: *input* is a raw number (age, NIHSS, a lesion feature); *column* is one transformed input of an additive model;
*group* of columns is one clinical idea; *group* of subjects is what must never be split over folds.
"""
