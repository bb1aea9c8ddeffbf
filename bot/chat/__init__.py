"""What the core and a chat platform say to each other: the port, what comes in, what goes out."""
