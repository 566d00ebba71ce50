"""A training loop in nothing but the standard library: data, model, loop, checkpoint."""
