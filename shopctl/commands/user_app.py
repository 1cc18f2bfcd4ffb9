"""Hold the noun `user`; its verbs lie in the modules that `users` names."""

from __future__ import annotations

from shopctl.commands.declaring import noun

app = noun("user", "Who may sign in, what they may do, and tokens for jobs")
app.group("token", "Tokens for cron jobs and scripts, each with what it may do")
