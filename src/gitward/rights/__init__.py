"""Who may do what under a policy, asked from outside a push: one question, the whole report, what changed, what is never used."""
