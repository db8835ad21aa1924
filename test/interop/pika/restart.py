import time

import pika.exceptions
from scenario import connect, done, take, unique

queue = unique("restarted")


def open_channel():
    """Connects as soon as the broker takes connections."""
    deadline = time.monotonic() + 10
    while True:
        try:
            connection = connect()
            channel = connection.channel()
            channel.confirm_delivery()
            channel.queue_declare(queue, durable=True)
            return connection, channel
        except (pika.exceptions.AMQPConnectionError, pika.exceptions.ChannelError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


connection, channel = open_channel()
channel.basic_publish("", queue, b"before")
assert take(channel, queue)[2] == b"before"
print("received before", flush=True)
try:
    # Serves the connection until the broker has gone.
    connection.sleep(10)
    raise AssertionError("the connection did not end")
except pika.exceptions.AMQPError:
    pass
connection, channel = open_channel()
channel.basic_publish("", queue, b"after")
assert take(channel, queue)[2] == b"after"
channel.queue_delete(queue)
connection.close()
done()
