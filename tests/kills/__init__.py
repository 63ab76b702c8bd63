"""200 times `kill -9` while people write: no acknowledged write is lost and none is there twice.

`killer.py` is a program of its own with a `var/` of its own: it starts what `serve-all` starts, kills the web
server, the worker and the database at random points of a write, and starts them again. `crowd.py` makes the
people, `writers.py` writes as they would with a browser, `look.py` counts in the end what is there.
"""
