"""Sign-in of the standalone host: accounts, sessions, the throttle and their screens.

A foreign host has its own users and never imports this; the plugin below knows only the Actor that it is handed.
"""
