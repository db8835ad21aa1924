from scenario import connect, done, take, unique

connection = connect()
queue = unique("redelivery")
channel = connection.channel()
channel.confirm_delivery()
channel.queue_declare(queue)
for body in (b"a", b"b", b"c"):
    channel.basic_publish("", queue, body)

first, _, _ = take(channel, queue, auto_ack=False)
assert not first.redelivered
take(channel, queue, auto_ack=False)
third, _, _ = take(channel, queue, auto_ack=False)
channel.basic_nack(third.delivery_tag, multiple=True, requeue=True)
for expected in (b"a", b"b", b"c"):
    method, _, body = take(channel, queue, auto_ack=False)
    assert (method.redelivered, body) == (True, expected), (method, body)
channel.basic_ack(method.delivery_tag)
channel.close()

channel = connection.channel()
for expected in (b"a", b"b"):
    method, _, body = take(channel, queue)
    assert (method.redelivered, body) == (True, expected), (method, body)
assert channel.basic_get(queue) == (None, None, None)
channel.queue_delete(queue)
connection.close()
done()
