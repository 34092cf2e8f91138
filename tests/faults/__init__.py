"""Real processes are killed, frozen and shut down under load for a chosen time; see README.md."""
