"""Everything of the learned generators that needs torch, the extra `generate`."""
