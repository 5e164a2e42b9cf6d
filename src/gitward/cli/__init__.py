"""The commands: the only code that prints, exits and imports click."""
