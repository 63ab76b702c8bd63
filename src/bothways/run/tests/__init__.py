"""Real processes, real sockets, real locks."""
