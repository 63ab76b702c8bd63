"""Numpy in, pairs out: candidates, the exact optimum and its proof, reasons. `api` holds the names."""
