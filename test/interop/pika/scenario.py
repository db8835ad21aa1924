"""What the scripts share: connecting to the URL given on the command line, names, and waiting."""

import os
import sys
import time

import pika

_made = 0


def parameters(**overrides):
    """Connection parameters for the broker named on the command line."""
    result = pika.URLParameters(sys.argv[1])
    result.socket_timeout = 10
    for name, value in overrides.items():
        setattr(result, name, value)
    return result


def connect(**overrides):
    return pika.BlockingConnection(parameters(**overrides))


def unique(prefix):
    global _made
    _made += 1
    return f"{prefix}-{os.getpid()}-{_made}"


def take(channel, queue, auto_ack=True):
    """Waits for a message and takes it."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        method, properties, body = channel.basic_get(queue, auto_ack=auto_ack)
        if method is not None:
            return method, properties, body
        time.sleep(0.005)
    raise AssertionError(f"no message in {queue}")


def done():
    print("ok")
