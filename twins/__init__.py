"""Plants, their physics kernels, scenarios, markets and scheduling models."""
