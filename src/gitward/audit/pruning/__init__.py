"""Taking old entries away, and keeping some from it: retention with an end, and holds. Every hash tile stays."""
