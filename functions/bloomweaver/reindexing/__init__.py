"""Reindex: every served document is accepted again, until all are served from the deployment's index.

Each goes through the queues and the pipeline like a client's update, so the fence, the publish and the check on read
hold, and search finds it all the while: in its old index until it is published in the new one, in that one after it.
Each is cut anew from its source. `mover` does a call's share of the work, `starting` sees to it that one runs at a
time, `dropping` deletes what is left behind.
"""
