"""BLAST-CT (Imperial College London, Apache-2.0), trained on annotated real head CTs: as a graph for a site, and compared with our own network."""
