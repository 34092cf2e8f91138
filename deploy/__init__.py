"""What an installation runs once, outside of the services."""
