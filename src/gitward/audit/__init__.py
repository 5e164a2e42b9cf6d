"""What remembers: one event per decision, in a log whose lines are chained."""
