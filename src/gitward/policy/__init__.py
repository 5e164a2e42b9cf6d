"""From the bytes of a policy to `model.Policy`. Hooks on a compiled policy import `compiled` and `build` only."""
