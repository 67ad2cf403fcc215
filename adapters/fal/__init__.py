"""fal: the provider of the videos, or any server that speaks its queue protocol.

``FalProvider`` in ``provider`` is the door; ``find_credentials`` in ``credentials`` says which key there is.
"""
