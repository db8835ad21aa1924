import datetime
import decimal

import pika
from scenario import connect, done, take

connection = connect()
channel = connection.channel()
channel.confirm_delivery()
queue = channel.queue_declare("", exclusive=True).method.queue
headers = {
    "text": "grüße",
    "yes": True,
    "small": 7,
    "negative": -70000,
    "large": 5_000_000_000,
    "list": ["a", 1, {"deep": False}],
    "table": {"inner": "x"},
    "bytes": b"\x00\xff\x01",
    "at": datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.timezone.utc),
    "price": decimal.Decimal("12.34"),
    "none": None,
}
sent = pika.BasicProperties(
    headers=headers,
    content_type="text/plain",
    content_encoding="identity",
    delivery_mode=2,
    priority=3,
    correlation_id="c-1",
    reply_to="answers",
    expiration="60000",
    message_id="m-1",
    timestamp=1_700_000_001,
    type="greeting",
    user_id="guest",
    app_id="tests",
    cluster_id="cluster",
)
channel.basic_publish("", queue, b"", sent)
_, properties, body = take(channel, queue)
assert body == b""
for name in vars(sent):
    if name != "headers":
        assert getattr(properties, name) == getattr(sent, name), (name, getattr(properties, name))
for name, value in headers.items():
    received = properties.headers[name]
    if isinstance(value, datetime.datetime):
        received = received.replace(tzinfo=datetime.timezone.utc)
    assert received == value, (name, received)
connection.close()
done()
