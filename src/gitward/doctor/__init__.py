"""Is gitward really in force here? Each check looks at one thing and says what is wrong and what to do about it."""
