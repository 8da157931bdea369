"""Files that people send: told by content, cleaned in a process of their own, scanned, and kept encrypted."""
