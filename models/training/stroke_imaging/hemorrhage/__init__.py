"""The hemorrhage network on non-contrast CT."""
