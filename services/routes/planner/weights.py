"""How much one deficit of one person weighs in the objective of the route."""


def weight(*, omega: float, severity: float | None, difficulty: float, mu: float, s0: float, chosen: bool = False) -> float:
    """W = omega * (S + mu * u * s0): severity in SD units, difficulty u in [0, 1]; without a measurement 0 unless the person chose it."""
    if not 0 <= difficulty <= 1:
        raise ValueError(f"a difficulty is in [0, 1], not {difficulty}")
    if severity is None and not chosen:
        return 0.0
    return omega * ((severity or 0.0) + mu * difficulty * s0)
