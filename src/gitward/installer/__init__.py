"""Hook files: what stands in them, how they come to stand beside the hooks of others, and how they go again."""
