"""Small one-sided problems settled exactly by CP-SAT, deterministically."""

from typing import NamedTuple

import numpy as np

from bothways.engine.arrays import Bool, Int64


class Settled(NamedTuple):
    taken: Bool
    proved: bool
    effort: float  # deterministic time used, in the solver's own unit (about a second)


def settle_exactly(
    u: Int64, v: Int64, worth: Int64, room: Int64, bonus: Int64, start: Bool, effort: float
) -> Settled:
    """The pairs (u, v) within `room` that maximise their `worth` plus the `bonus` of every vertex reached.

    Begins from the feasible choice `start`, so the answer is never worse. One thread, a fixed seed and a
    deterministic limit: the same answer every time.
    """
    # Loading it brings in half a data-frame library; most rounds never come here.
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in range(len(u))]
    near: list[list[cp_model.IntVar]] = [[] for _ in range(len(room))]
    for k, (a, b) in enumerate(zip(u.tolist(), v.tolist(), strict=True)):
        near[a].append(take[k])
        near[b].append(take[k])
        model.add_hint(take[k], bool(start[k]))
    terms = [int(worth[k]) * take[k] for k in range(len(u))]
    for vertex, edges in enumerate(near):
        if len(edges) > room[vertex]:
            model.add(sum(edges) <= int(room[vertex]))
        if bonus[vertex] and edges:
            reached = model.new_bool_var("")
            model.add(sum(edges) >= reached)
            terms.append(int(bonus[vertex]) * reached)
    model.maximize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    spent = float(solver.response_proto.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Settled(start, False, spent)
    taken = np.array([solver.boolean_value(one) for one in take], dtype=np.bool_)
    better = _value(u, v, worth, bonus, taken) >= _value(u, v, worth, bonus, start)
    return Settled(taken if better else start, status == cp_model.OPTIMAL, spent)


def _value(u: Int64, v: Int64, worth: Int64, bonus: Int64, taken: Bool) -> int:
    reached = np.unique(np.concatenate([u[taken], v[taken]]))
    return int(worth[taken].sum() + bonus[reached].sum())
