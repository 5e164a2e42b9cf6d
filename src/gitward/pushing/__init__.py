"""A push certificate, from what git's environment says of it to facts that a rule can judge: nothing is taken on trust."""
