"""Planning when generation and prices are not known: samples in, a schedule and its worst case out.

Every method is one problem: the least cost of a schedule, plus what the grid then costs under the
worst distribution in reach (`ambiguity`). Stochastic, distributionally robust, robust and chance-
constrained planning differ in the samples and in the reach alone.
"""
