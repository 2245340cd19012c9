"""What people do, as verbs: each checks, changes, records and announces, and none commits. No web stands here.

A verb that refuses leaves nothing half done: it raises Refused with findings before its first write, or inside a savepoint.
"""
