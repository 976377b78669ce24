"""Gymnasium environments over the plants of `plantgym.twins`."""
