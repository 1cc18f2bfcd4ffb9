"""Reach the outside world: files of other systems, paper, the mail server, the session on this machine."""
