"""The motion morph: two still pictures and an order in, an MP4 of the video in between out, on the CPU alone.

A room that can be rewritten alone: the server knows `Order`, the errors and, in a worker process, `render.render`.
Importing this package loads no image library, so that the server process stays small.
"""

from engine.generator.order import BadImage, Cancelled, Order, Rendered

__all__ = ["BadImage", "Cancelled", "Order", "Rendered"]
