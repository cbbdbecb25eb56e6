"""assessment: the competence framework, the item bank, attempts, results and deficits."""
