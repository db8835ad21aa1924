from scenario import connect, done, take

connection = connect()
channel = connection.channel()
channel.confirm_delivery()
queue = channel.queue_declare("", exclusive=True).method.queue
for n in range(10):
    channel.basic_publish("", queue, f"message {n}".encode())

channel.basic_qos(prefetch_count=2)
received = []
for method, _, body in channel.consume(queue, inactivity_timeout=10):
    assert method is not None, f"only {received} arrived"
    received.append(body.decode())
    channel.basic_ack(method.delivery_tag)
    if len(received) == 10:
        break
assert channel.cancel() == 0
assert received == [f"message {n}" for n in range(10)], received

assert channel.basic_get(queue) == (None, None, None)
channel.basic_publish("", queue, b"last")
method, _, body = take(channel, queue)
assert body == b"last" and method.message_count == 0
connection.close()
done()
