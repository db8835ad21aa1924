import pika
from scenario import done, parameters

COUNT = 200
received = []
confirmed = set()
state = {}


def on_open(connection):
    connection.channel(on_open_callback=on_channel)


def on_channel(channel):
    state["channel"] = channel
    channel.confirm_delivery(on_confirm, callback=lambda _: channel.queue_declare("", exclusive=True, callback=on_queue))


def on_queue(frame):
    channel = state["channel"]
    queue = frame.method.queue
    channel.basic_qos(prefetch_count=10)
    channel.basic_consume(queue, on_message)
    for n in range(COUNT):
        channel.basic_publish("", queue, str(n).encode())


def on_confirm(frame):
    method = frame.method
    assert isinstance(method, pika.spec.Basic.Ack), method
    if method.multiple:
        confirmed.update(range(1, method.delivery_tag + 1))
    else:
        confirmed.add(method.delivery_tag)
    close_when_done()


def on_message(channel, method, _properties, body):
    received.append(int(body))
    channel.basic_ack(method.delivery_tag)
    close_when_done()


def close_when_done():
    if len(received) == COUNT and len(confirmed) == COUNT:
        connection.close()


connection = pika.SelectConnection(
    parameters(),
    on_open_callback=on_open,
    on_close_callback=lambda connection, _: connection.ioloop.stop(),
)
connection.ioloop.start()
assert received == list(range(COUNT)), received
assert confirmed == set(range(1, COUNT + 1))
done()
