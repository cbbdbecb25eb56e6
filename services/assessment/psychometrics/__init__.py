"""How answers become categories, categories become estimates, and estimates become verdicts: pure rules over numpy, no input or output."""
